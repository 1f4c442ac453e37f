"""Canonical JSON (RFC 8785, JCS): one value, one sequence of bytes.

Whole numbers beyond 2^53 - 1 are refused both ways, as I-JSON (RFC 7493 section 2.2) asks: other readers
would round them. Values without fractions need the standard library only; `rfc8785` is imported for the rest.
"""

import json
from collections.abc import Iterable
from typing import Any, cast

from ledger.errors import FormatError

_LARGEST = 2**53 - 1
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(value: object) -> bytes:
    """The JCS bytes of a value made of None, bool, int, float, str, list, tuple and dict with str keys."""
    try:
        if _same_in_json(value):
            return _encode(value).encode()
        return _by_rfc8785(value)
    except UnicodeEncodeError as error:
        raise FormatError("A text holds half of a surrogate pair, which has no UTF-8 form.") from error
    except RecursionError as error:
        raise FormatError("The value is nested too deeply for canonical JSON.") from error


def parse_canonical(content: bytes) -> object:
    """The value whose JCS bytes are exactly `content`."""
    try:
        value = json.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        raise FormatError("The bytes are not JSON in UTF-8.") from error
    except RecursionError as error:
        raise FormatError("The JSON is nested too deeply.") from error
    # Encoding again finds every other spelling at once: spaces, order, repeated keys, escapes, numbers.
    if canonical(value) != content:
        raise FormatError("The JSON is not in its canonical form (RFC 8785).")
    return value


def _same_in_json(value: object) -> bool:
    """Whether `json.dumps` with sorted keys writes the JCS bytes; refuses what JSON cannot hold.

    It differs from JCS in two places: in the form of fractions, and in the order of keys (JCS sorts by UTF-16
    code units, Python by code points; ASCII keys stand in the same order in both).
    """
    if isinstance(value, dict):
        return _same_keys(value) & _all_same(value.values())
    if isinstance(value, list | tuple):
        return _all_same(value)
    if value is None or isinstance(value, str | bool):
        return True
    if isinstance(value, int):
        return _within_range(value)
    if isinstance(value, float):
        return not _within_range(value)
    raise FormatError(f"A {type(value).__name__} has no form in canonical JSON.")


def _all_same(items: Iterable[object]) -> bool:
    """Looks at every item, also after the first that differs, so that none escapes refusal."""
    same = True
    for item in items:
        if type(item) is not str:
            same &= _same_in_json(item)
    return same


def _same_keys(value: dict[str, object]) -> bool:
    try:
        return "".join(value).isascii()
    except TypeError as error:
        raise FormatError("Canonical JSON has texts as keys only.") from error


def _within_range(number: float) -> bool:
    if not -_LARGEST <= number <= _LARGEST:
        raise FormatError("A number is beyond what JSON readers keep exactly (2^53 - 1), or is not one.")
    return True


def _by_rfc8785(value: object) -> bytes:
    import rfc8785  # noqa: PLC0415 - so that a verifier can run without it: no entry holds a fraction

    try:
        return rfc8785.dumps(cast("Any", value))
    except rfc8785.CanonicalizationError as error:
        raise FormatError("The value has no canonical form (RFC 8785).") from error
