"""What is sent to a witness and what it may answer, in exactly one form each."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.add_checkpoint import parse_request, parse_size
from ledger.errors import FormatError
from tests.ledger.test_witness import GOOD


@given(st.binary(max_size=120), st.integers(0, len(GOOD)))
def test_any_bytes_are_a_request_or_malformed(content: bytes, at: int) -> None:
    for body in (content, GOOD[:at] + content + GOOD[at:], GOOD[:at]):
        try:
            request = parse_request(body)
        except FormatError:
            continue
        assert request.encode() == body


@given(st.binary(max_size=24))
def test_any_bytes_are_a_size_or_malformed(content: bytes) -> None:
    try:
        size = parse_size(content)
    except FormatError:
        return
    assert b"%d\n" % size == content
