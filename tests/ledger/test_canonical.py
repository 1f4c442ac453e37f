"""Canonical JSON against `rfc8785`, written by others."""

import json
import math
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.canonical import canonical, parse_canonical
from ledger.errors import FormatError

EXACT = 2**53 - 1
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-EXACT, EXACT)
    | st.floats(-float(EXACT), float(EXACT))
    | st.text()
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)


@given(values)
def test_any_value_has_the_bytes_that_rfc8785_gives_it(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(values)
def test_reading_the_bytes_gives_the_value_back(value: Any) -> None:
    assert canonical(parse_canonical(canonical(value))) == canonical(value)


@given(st.binary() | values.map(lambda value: json.dumps(value).encode()))
def test_bytes_are_read_only_if_they_are_canonical(content: bytes) -> None:
    try:
        value = parse_canonical(content)
    except FormatError:
        return
    assert rfc8785.dumps(value) == content  # type: ignore[arg-type]


def test_keys_stand_in_the_order_of_utf16_not_of_code_points() -> None:
    assert canonical({"ﬀ": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"ﬀ":1}'.encode()


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        2**53,
        -(2**53),
        1e300,
        {1: 2},
        {"a", "b"},
        b"bytes",
        "\ud800",
        {"\udfff": 1},
        object(),
    ],
)
@pytest.mark.parametrize(
    "wrap", [lambda value: value, lambda value: [0.5, {"x": value}], lambda value: (value,)]
)
def test_what_json_readers_would_not_keep_is_refused(value: Any, wrap: Any) -> None:
    with pytest.raises(FormatError):
        canonical(wrap(value))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" 1",
        b"1\n",
        b"1.0",
        b"-0",
        b"1e3",
        b"9007199254740992",
        b"9" * 5000,
        b"NaN",
        b"Infinity",
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b'"\\u0041"',
        b'"\\/"',
        b'"\\ud800"',
        b'"\xff"',
        b"\xef\xbb\xbf1",
        '"a"'.encode("utf-16"),
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
    ],
)
def test_another_spelling_is_refused(content: bytes) -> None:
    with pytest.raises(FormatError):
        parse_canonical(content)


@settings(max_examples=2000, deadline=None)
@given(st.floats(-float(EXACT), float(EXACT)))
@example(1e-6)
@example(1e-7)
@example(-1.5e-300)
@example(5e-324)
@example(-0.0)
@example(123456789012345.6)
@example(0.1 + 0.2)
def test_any_fraction_is_written_as_rfc8785_writes_it(number: float) -> None:
    assert canonical([number]) == rfc8785.dumps([number])
