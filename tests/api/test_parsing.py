"""What comes from outside is parsed or refused with our own error, whatever it is."""

import base64
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from portal.api.cursors import window
from portal.api.errors import ApiError
from portal.api.parsers import StrictJSONParser
from portal.records.errors import RecordsError

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def parse(content: bytes) -> dict[str, Any]:
    return StrictJSONParser().parse(io.BytesIO(content))


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_refused(content: bytes) -> None:
    try:
        assert isinstance(parse(content), dict)
    except (ApiError, RecordsError) as error:
        assert error.status in (400, 413)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_an_object_that_can_be_stored_is_read_as_it_is(value: dict[str, Any]) -> None:
    content = json.dumps(value).encode()
    if b"\\u0000" in content or b"\\ud" in content.lower():
        return
    assert parse(content) == value


@pytest.mark.parametrize("text", ["\0", "\ud800", "a\udfffb"])
def test_a_character_that_cannot_be_stored_is_refused_in_keys_and_values(text: str) -> None:
    for value in ({text: 1}, {"a": text}, {"a": [{"b": text}]}):
        with pytest.raises((ApiError, RecordsError)):
            parse(json.dumps(value).encode())


def asked(cursor: str) -> Any:
    return window(Request(APIRequestFactory().get("/", {"cursor": cursor})))


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        asked(text)
    except ApiError as error:
        assert error.code == "bad-cursor"


@given(JSON)
def test_any_json_is_a_cursor_or_refused(value: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(value).encode()).decode()
    try:
        assert asked(cursor).way == tuple(value)  # type: ignore[arg-type]
    except ApiError as error:
        assert error.code == "bad-cursor"
