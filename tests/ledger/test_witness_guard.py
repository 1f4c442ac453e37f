"""What a witness can show under our own signature: a tree that we lost or forked stops the log."""

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

import pytest

from ledger.add_checkpoint import SIZE_TYPE
from ledger.checkpoint import sign_checkpoint
from ledger.hashing import sha256
from ledger.notekeys import Ed25519Signer
from ledger.signer import check_all, sign_grown
from ledger.treehead import Checkpoint
from ledger.witnessing import compare_with_witnesses, offer_due
from tests.ledger.logbook import Logbook
from tests.ledger.strangers import STRANGER, Answers, answering, ask, stranger
from tests.ledger.test_signer import cut, state_of


@pytest.fixture
def ahead(log: Logbook, own: str) -> Callable[[int, bytes], Answers]:
    """A witness that shows a checkpoint of this size and root, signed by the log's own key."""

    def answers_for(size: int, root: bytes) -> Answers:
        from ledger.signing_keys import read_keys

        keys = read_keys(log.session, log.tenant)
        note = sign_checkpoint(Checkpoint(log.status().origin, size, root), [keys.signer(keys.rows[0])])
        return lambda body: (409, SIZE_TYPE, b"%d\n" % size) if body else (200, "text/plain", note)

    return answers_for


def test_a_larger_tree_that_our_own_key_signed_stops_the_log_at_the_start(
    log: Logbook, ahead: Callable[[int, bytes], Answers]
) -> None:
    log.filled(3)
    with stranger(ahead(5, sha256(b"lost"))) as url:
        ask(log, url, STRANGER.vkey)
        compare_with_witnesses(log.session)
    assert (log.status().log.alarm, log.status().log.read_only) == ("tree-broken", True)


def test_another_tree_that_our_own_key_signed_stops_the_log_when_it_is_offered(
    log: Logbook, ahead: Callable[[int, bytes], Answers]
) -> None:
    log.filled(3)
    with stranger(ahead(5, sha256(b"lost"))) as url:
        ask(log, url, STRANGER.vkey)
        assert offer_due(log.session) == 1
    assert (log.status().log.alarm, log.status().log.read_only) == ("tree-broken", True)


def test_a_tree_of_the_same_size_with_another_root_stops_the_log(
    log: Logbook, ahead: Callable[[int, bytes], Answers]
) -> None:
    log.filled(3)
    with stranger(ahead(3, sha256(b"fork"))) as url:
        ask(log, url, STRANGER.vkey)
        compare_with_witnesses(log.session)
    assert log.status().log.read_only


def test_a_restored_older_state_is_stopped_by_the_witness_where_the_signers_folder_is_lost_too(
    log: Logbook, own: str, signer_folder: Path
) -> None:
    before = state_of(log.filled(3))
    log.filled(2)
    offer_due(log.session)
    rmtree(signer_folder)
    cut(log, before)
    log.tamper("DELETE FROM ledger_cosignature")
    log.tamper("UPDATE ledger_log_witness SET size = 0, cosigned = NULL")
    check_all(log.session)
    assert log.status().log.alarm == ""  # nothing of this node remembers
    compare_with_witnesses(log.session)
    assert (log.status().log.alarm, log.status().log.read_only) == ("tree-broken", True)
    assert sign_grown(log.session) == 0


def test_what_neither_our_key_nor_the_witness_signed_stops_nothing(log: Logbook, own: str) -> None:
    log.filled(3)
    origin = log.status().origin
    forged = sign_checkpoint(Checkpoint(origin, 9, sha256(b"x")), [Ed25519Signer.generate(origin)])
    with stranger(answering(200, forged)) as url:
        ask(log, url, STRANGER.vkey)
        compare_with_witnesses(log.session)
    assert log.status().log.alarm == ""
