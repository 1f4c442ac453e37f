"""Receipts: what they prove, and to whom."""

import dataclasses
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import canonical
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.encoding import base64_text
from ledger.entry import encode_body
from ledger.errors import FormatError, LedgerError, ProofError, SealError
from ledger.hashing import NO_HASH, sha256
from ledger.note import Ed25519Signer, parse_vkey
from ledger.receipt import Receipt, Reveal, check, parse
from ledger.trust import Level
from ledger.vault.sealing import reveal_key, seal
from tests.ledger.small_log import (
    AAD,
    AUDIT,
    BODY,
    CHECKPOINT,
    HASHES,
    HEAD,
    INDEX,
    KEY,
    LEAVES,
    LOG,
    PROOF,
    RECEIPT,
    REVEAL,
    REVEALING,
    SEALED,
    STRANGER,
    TEXT,
    a_leaf,
)


def test_a_receipt_is_laid_out_as_tlog_proof_says() -> None:
    lines = TEXT.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ")
    assert lines[2] == "index 5"
    assert lines[3 : 3 + len(PROOF)] == [base64_text(each) for each in PROOF]
    assert TEXT.endswith("\n\n" + CHECKPOINT.decode())


@pytest.mark.parametrize("text", [TEXT, REVEALING])
def test_a_receipt_survives_reading_and_writing(text: str) -> None:
    assert parse(text).text() == text


def test_a_receipt_holds_for_who_trusts_the_key_of_the_log() -> None:
    verdict = check(RECEIPT, [LOG.verifier])
    assert (verdict.level, verdict.conclusive) == (Level.LOG_KEY, True)
    assert (verdict.leaf, verdict.checkpoint, verdict.audit) == (LEAVES[INDEX], HEAD, None)
    assert f"entry {INDEX} of {LOG.name}" in verdict.sentence


def test_without_a_key_to_trust_a_receipt_is_inconclusive() -> None:
    verdict = check(RECEIPT, [])
    assert (verdict.level, verdict.conclusive) == (Level.INTERNAL, False)
    assert "anyone could have written it" in verdict.sentence


def test_a_receipt_that_discloses_its_body_shows_it() -> None:
    assert check(parse(REVEALING), [LOG.verifier]).audit == AUDIT


def test_a_receipt_with_a_wrong_key_to_its_body_is_refused() -> None:
    for reveal in (Reveal(bytes(32), AAD), Reveal(REVEAL.key, {**AAD, "kind": "other"})):
        with pytest.raises(SealError):
            check(dataclasses.replace(RECEIPT, reveal=reveal), [LOG.verifier])


@pytest.mark.parametrize("field", ["type", "actor", "subject"])
def test_a_body_that_was_sealed_beside_other_clear_values_than_the_entry_has_is_refused(field: str) -> None:
    aad = {**AAD, field: "other"}
    sealed = seal(KEY, UUID(int=1), canonical(AUDIT), aad)
    leaf = dataclasses.replace(LEAVES[0], body=sha256(encode_body(sealed, None)))
    checkpoint = sign_checkpoint(Checkpoint(LOG.name, 1, leaf.hash()), [LOG])
    reveal = Reveal(reveal_key(KEY, sealed), aad)
    receipt = Receipt(leaf.encode(), encode_body(sealed, None), 0, (), checkpoint, reveal)
    with pytest.raises(ProofError, match="sealed for another"):
        check(receipt, [LOG.verifier])


OTHER_LOG = a_leaf(0, NO_HASH, log="assent.example/log/riverside")
FOREIGN_HEAD = Checkpoint(LOG.name, 1, OTHER_LOG.hash())


@pytest.mark.parametrize(
    "wrong",
    [
        dataclasses.replace(RECEIPT, leaf=LEAVES[INDEX + 1].encode()),
        dataclasses.replace(RECEIPT, index=INDEX + 1),
        dataclasses.replace(RECEIPT, index=INDEX + 1, leaf=LEAVES[INDEX + 1].encode()),
        dataclasses.replace(RECEIPT, proof=RECEIPT.proof[:-1]),
        dataclasses.replace(RECEIPT, proof=(*RECEIPT.proof, NO_HASH)),
        dataclasses.replace(RECEIPT, proof=RECEIPT.proof[::-1]),
        dataclasses.replace(RECEIPT, body=encode_body(SEALED, b"inputs")),
        dataclasses.replace(RECEIPT, checkpoint=sign_checkpoint(HEAD, [STRANGER])),
        dataclasses.replace(RECEIPT, checkpoint=CHECKPOINT.replace(b"\n11\n", b"\n12\n")),
        dataclasses.replace(
            RECEIPT, checkpoint=sign_checkpoint(dataclasses.replace(HEAD, origin="other.example"), [LOG])
        ),
        Receipt(OTHER_LOG.encode(), BODY, 0, (), sign_checkpoint(FOREIGN_HEAD, [LOG])),
        Receipt(LEAVES[1].encode(), BODY, 0, (), sign_checkpoint(Checkpoint(LOG.name, 1, HASHES[1]), [LOG])),
    ],
    ids=[
        "another entry",
        "another index",
        "another entry and index",
        "proof too short",
        "proof too long",
        "proof in another order",
        "another body",
        "signed by a stranger of the same name",
        "checkpoint changed",
        "checkpoint of another log under this key",
        "entry of another log in this tree",
        "entry that claims another index than it has",
    ],
)
def test_a_receipt_that_was_changed_does_not_hold(wrong: Receipt) -> None:
    with pytest.raises(ProofError):
        check(wrong, [LOG.verifier])


@given(st.data())
def test_a_receipt_with_any_letter_changed_does_not_hold(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(REVEALING) - 1))
    letter = data.draw(st.characters(codec="latin-1").filter(lambda letter: letter != REVEALING[at]))
    with pytest.raises(LedgerError):
        check(parse(REVEALING[:at] + letter + REVEALING[at + 1 :]), [LOG.verifier])


@given(st.text(max_size=200), st.integers(0, len(TEXT)))
def test_any_text_is_a_receipt_or_malformed(text: str, at: int) -> None:
    for content in (text, TEXT[:at] + text + TEXT[at:]):
        try:
            receipt = parse(content)
        except FormatError:
            continue
        assert receipt.text() == content


EXTRA = TEXT.split("\n")[1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        (f"{EXTRA}\n", ""),
        (f"{EXTRA}\n", f"{EXTRA}\n{EXTRA}\n"),
        (EXTRA, "extra "),
        (EXTRA, f"extra {base64_text(b'{}')}"),
        (EXTRA, f"extra {base64_text(canonical({'leaf': 'x'}))}"),
        (EXTRA, f"extra {base64_text(canonical({'leaf': 'x', 'body': 'AA==', 'more': 1}))}"),
        (EXTRA, f"extra {base64_text(canonical({'leaf': 'x', 'body': 7}))}"),
        (EXTRA, f"extra {base64_text(canonical({'leaf': 'x', 'body': 'AA==', 'reveal': {'key': ''}}))}"),
        (EXTRA, f"extra {base64_text(b'{ }')}"),
        ("index 5\n", ""),
        ("index 5\n", "index 05\n"),
        ("index 5\n", "index  5\n"),
        ("index 5\n", "index -5\n"),
        ("index 5\n", "index 5\n\n"),
        ("index 5\n", "index 5\nAAAA\n"),
        ("index 5\n", "index 5\n" + f"{base64_text(NO_HASH)}\n" * 64),
        ("\n", "\r\n"),
    ],
)
def test_a_receipt_out_of_form_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(FormatError):
        check(parse(TEXT.replace(old, new)), [LOG.verifier])


def test_a_key_under_another_name_does_not_make_a_receipt_hold() -> None:
    impostor = Ed25519Signer("impostor.example", LOG.seed)
    both = dataclasses.replace(RECEIPT, checkpoint=sign_checkpoint(HEAD, [LOG, impostor]))
    with pytest.raises(ProofError, match="whose own key did not sign it"):
        check(both, [parse_vkey(impostor.vkey)])
