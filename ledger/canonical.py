"""Canonical JSON (RFC 8785, JCS): one value, one sequence of bytes.

Whole numbers beyond 2^53 - 1 are refused both ways, as I-JSON (RFC 7493 section 2.2) asks: other readers
would round them. The standard library's encoder is taken wherever it writes the same.
"""

import json
from collections.abc import Iterable
from decimal import Decimal

from ledger.errors import FormatError

_LARGEST = 2**53 - 1
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(value: object) -> bytes:
    """The JCS bytes of a value made of None, bool, int, float, str, list, tuple and dict with str keys."""
    try:
        if _same_in_json(value):
            return _encode(value).encode()
        return _written(value).encode()
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
        if (
            type(item) is not str and item is not None
        ):  # most are, and a call for each costs more than the rest
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


def _written(value: object) -> str:
    """Where `json.dumps` differs from JCS. Of values that `_same_in_json` has looked through."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{_encode(key)}:{_written(value[key])}" for key in keys) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_written, value)) + "]"
    return _number(value) if isinstance(value, float) else _encode(value)


def _number(number: float) -> str:
    """As ECMAScript writes it (ECMA-262, Number::toString): Python finds the same shortest digits."""
    sign, digits, power = Decimal(repr(number)).normalize().as_tuple()
    assert isinstance(power, int)  # noqa: S101 - it is finite
    text, point = "".join(map(str, digits)), len(digits) + power  # 0.digits * 10^point
    if number == 0:
        return "0"
    if len(text) <= point <= 21:
        shown = text + "0" * (point - len(text))
    elif 0 < point <= 21:
        shown = f"{text[:point]}.{text[point:]}"
    elif -6 < point <= 0:
        shown = f"0.{'0' * -point}{text}"
    else:
        shown = f"{text[0]}{'.' if len(text) > 1 else ''}{text[1:]}e{point - 1:+d}"
    return "-" + shown if sign else shown
