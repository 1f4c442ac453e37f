"""Leaves, bodies and promises."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.entry import (
    SYSTEM,
    Leaf,
    check_origin,
    check_pseudonym,
    check_type,
    decode_body,
    encode_body,
    format_time,
    parse_leaf,
    parse_time,
)
from ledger.errors import FormatError, LedgerError, ProofError
from ledger.hashing import NO_HASH, leaf_hash
from ledger.note import Ed25519Signer
from ledger.promise import Promise, open_promise, parse_promise, sign_promise

LEAF = Leaf(
    log="assent.example/log/st-mary",
    index=41,
    time=datetime(2026, 11, 22, 14, 17, 0, 123456, tzinfo=UTC),
    type="access.permitted",
    actor="0a" * 20,
    subject="1b" * 20,
    subject_index=6,
    subject_prev=bytes([7]) * 32,
    prev=bytes([8]) * 32,
    body=bytes([9]) * 32,
)
WITHOUT_SUBJECT = dataclasses.replace(
    LEAF,
    type="padding",
    actor=SYSTEM,
    subject=None,
    subject_index=None,
    subject_prev=None,
    prev=NO_HASH,
    index=0,
)

hashes = st.binary(min_size=32, max_size=32)
pseudonyms = st.binary(min_size=20, max_size=20).map(bytes.hex)
indices = st.integers(0, 2**53 - 1)
with_subject = st.builds(
    Leaf,
    log=st.from_regex(r"\A[a-z0-9.]{1,20}(/[a-z-]{1,9}){0,2}\Z"),
    index=indices,
    time=st.datetimes(timezones=st.just(UTC)),
    type=st.from_regex(r"\A[a-z]{1,9}(\.[a-z_]{1,9})?\Z").filter(lambda name: "._" not in name),
    actor=pseudonyms | st.just(SYSTEM),
    subject=pseudonyms,
    subject_index=indices,
    subject_prev=hashes,
    prev=hashes,
    body=hashes,
)
leaves = with_subject | with_subject.map(
    lambda leaf: dataclasses.replace(leaf, subject=None, subject_index=None, subject_prev=None)
)


@given(leaves)
def test_a_leaf_is_canonical_json_with_exactly_the_fields_of_an_entry(leaf: Leaf) -> None:
    assert leaf.encode() == rfc8785.dumps(
        {
            "v": 1,
            "log": leaf.log,
            "index": leaf.index,
            "time": format_time(leaf.time),
            "type": leaf.type,
            "actor": leaf.actor,
            "subject": leaf.subject,
            "subject_index": leaf.subject_index,
            "subject_prev": leaf.subject_prev.hex() if leaf.subject_prev is not None else None,
            "prev": leaf.prev.hex(),
            "body": leaf.body.hex(),
        }
    )


@given(leaves)
def test_a_leaf_survives_writing_and_reading(leaf: Leaf) -> None:
    assert parse_leaf(leaf.encode()) == leaf
    assert leaf.hash() == leaf_hash(leaf.encode())


@given(st.data())
def test_a_leaf_with_any_byte_changed_is_another_leaf_or_none(data: st.DataObject) -> None:
    content = bytearray(data.draw(leaves).encode())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        leaf = parse_leaf(bytes(content))
    except FormatError:
        return
    assert leaf.encode() == bytes(content) == rfc8785.dumps(json.loads(content))


@pytest.mark.parametrize("leaf", [LEAF, WITHOUT_SUBJECT])
def test_a_leaf_cut_or_lengthened_is_refused(leaf: Leaf) -> None:
    content = leaf.encode()
    for wrong in (*(content[:end] for end in range(len(content))), content + b"\n", b" " + content):
        with pytest.raises(FormatError):
            parse_leaf(wrong)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"index":41', b'"index":041'),
        (b'"index":41', b'"index":-1'),
        (b'"index":41', b'"index":41.0'),
        (b'"index":41', b'"index":9007199254740992'),
        (b'"index":41', b'"index":true'),
        (b'"subject_index":6', b'"subject_index":null'),
        (b'"subject_index":6', b'"subject_index":9007199254740992'),
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":1,"x":1'),
        (b'"v":1', b'"v":1,"v":1'),
        (b"0a0a", b"0A0A"),
        (b"0a0a", b"0a"),
        (b'"0a', b'"system0a'),
        (b"2026-11-22T14", b"2026-13-22T14"),
        (b"2026-11-22T14", b"2026-02-30T14"),
        (b"2026-11-22T14", b"2026-11-22T24"),
        (b"2026-11-22T14", b"0000-11-22T14"),
        (b".123456Z", b".123Z"),
        (b".123456Z", b".123456+00:00"),
        (b"access.permitted", b"Access.permitted"),
        (b"access.permitted", b"access..permitted"),
        (b"access.permitted", b""),
        (b"st-mary", b"st mary"),
        (b"st-mary", b"st+mary"),
        (b"st-mary", "stä".encode()),
        (b"st-mary", rb"st\u002dmary"),
        (b"0808", b"08"),
    ],
)
def test_a_leaf_out_of_form_is_refused(old: bytes, new: bytes) -> None:
    assert old in LEAF.encode()
    with pytest.raises(FormatError):
        parse_leaf(LEAF.encode().replace(old, new))


def test_the_parts_of_a_leaf_are_checked_before_they_enter_one() -> None:
    check_type("access.permitted")
    check_origin("localhost:8000/log/st-mary")
    check_pseudonym("0a" * 20)
    for check, wrong in (
        (check_type, "Access"),
        (check_type, "a.b.c"),
        (check_type, "heads\n"),
        (check_origin, ""),
        (check_origin, "a" * 256),
        (check_origin, 'a"'),
        (check_pseudonym, "0a" * 19),
        (check_pseudonym, SYSTEM),
    ):
        with pytest.raises(FormatError):
            check(wrong)


def test_times_are_written_in_utc_whatever_zone_they_came_in() -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    assert format_time(datetime(2026, 1, 1, 3, 0, tzinfo=zone)) == "2025-12-31T21:30:00.000000Z"
    assert parse_time("2025-12-31T21:30:00.000000Z") == datetime(2026, 1, 1, 3, 0, tzinfo=zone)
    with pytest.raises(FormatError):
        format_time(datetime(2026, 1, 1))


@given(st.binary(min_size=1, max_size=300), st.none() | st.binary(min_size=1, max_size=300))
def test_a_body_survives_writing_and_reading(audit: bytes, inputs: bytes | None) -> None:
    assert decode_body(encode_body(audit, inputs)) == (audit, inputs)


@given(st.binary(max_size=40) | st.binary(max_size=12).map(lambda rest: b"\x01\x00\x00\x00\x02" + rest))
def test_any_bytes_are_one_body_or_malformed(content: bytes) -> None:
    try:
        audit, inputs = decode_body(content)
    except FormatError:
        return
    assert encode_body(audit, inputs) == content


@pytest.mark.parametrize("cut", range(len(encode_body(b"audit", b"inputs"))))
def test_a_body_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(FormatError):
        decode_body(encode_body(b"audit", b"inputs")[:cut])


def test_a_body_without_audit_of_another_version_or_with_more_is_refused() -> None:
    body = encode_body(b"audit", None)
    for wrong in (encode_body(b"", b"inputs"), b"\x02" + body[1:], body + b"\x00", b""):
        with pytest.raises(FormatError):
            decode_body(wrong)


NODE = Ed25519Signer.generate("assent.example/node")
PROMISE = Promise(LEAF.log, uuid4(), LEAF.body, LEAF.time)


def test_a_promise_holds_for_who_trusts_the_node() -> None:
    header = sign_promise(PROMISE, NODE)
    assert open_promise(header, [NODE.verifier]) == PROMISE
    assert parse_promise(header).header() == header
    assert header.isascii() and header.isprintable()
    for verifiers in ([], [Ed25519Signer.generate(NODE.name).verifier]):
        with pytest.raises(ProofError):
            open_promise(header, verifiers)


@given(st.data())
def test_a_promise_with_any_letter_changed_does_not_hold(data: st.DataObject) -> None:
    header = sign_promise(PROMISE, NODE)
    at = data.draw(st.integers(0, len(header) - 1))
    letter = data.draw(st.characters(codec="latin-1").filter(lambda letter: letter != header[at]))
    with pytest.raises(LedgerError):
        open_promise(header[:at] + letter + header[at + 1 :], [NODE.verifier])


@pytest.mark.parametrize(
    ("old", "new"),
    [(" ", "  "), ("v1", "v2"), (PROMISE.digest.hex(), "0A" * 32), (str(PROMISE.id), PROMISE.id.hex)],
    ids=["space", "version", "digest", "id"],
)
def test_a_promise_has_one_spelling(old: str, new: str) -> None:
    header = sign_promise(PROMISE, NODE)
    assert old in header
    for wrong in (header.replace(old, new), header + " ", header + "\n", ""):
        with pytest.raises(FormatError):
            open_promise(wrong, [NODE.verifier])
