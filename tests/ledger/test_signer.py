"""Signing: only what grew, only what still holds what was signed before."""

from pathlib import Path

import pytest

from ledger.checkpoint import open_checkpoint
from ledger.errors import TreeBroken
from ledger.note import parse_vkey
from ledger.sequencer import open_session
from ledger.signed import SignedCheckpoints
from ledger.signer import check_all, sign_grown, sign_log
from tests.ledger.logbook import Logbook

SIZES = "SELECT size FROM ledger_checkpoint WHERE tenant_id = %s ORDER BY size"
CUT = """
WITH cut AS (DELETE FROM ledger_entry WHERE tenant_id = %(t)s AND index >= %(n)s),
     maps AS (DELETE FROM ledger_sequenced WHERE tenant_id = %(t)s AND index >= %(n)s)
DELETE FROM ledger_checkpoint WHERE tenant_id = %(t)s AND size > %(n)s
"""


def sizes(log: Logbook) -> list[int]:
    return [size for (size,) in log.rows(SIZES, log.tenant)]


def test_a_checkpoint_is_published_only_when_the_log_grew(log: Logbook) -> None:
    published = [log.sign()]
    log.write(3)
    log.sequence()
    published += [log.sign(), log.sign()]
    log.write(2)
    log.sequence()
    published.append(log.sign())
    assert published == [False, True, False, True]
    assert sizes(log) == [3, 5]


def test_the_published_note_is_the_one_that_is_kept_outside_the_database(
    log: Logbook, signer_folder: Path
) -> None:
    log.filled(4)
    status = log.status()
    ((note,),) = log.rows("SELECT note FROM ledger_checkpoint WHERE tenant_id = %s", log.tenant)
    checkpoint = open_checkpoint(bytes(note), [parse_vkey(status.vkey)])
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (status.origin, 4, status.root)
    assert [file.read_bytes() for file in signer_folder.iterdir()] == [note]
    assert [file.stat().st_mode & 0o077 for file in [signer_folder]] == [0]


def test_a_log_that_is_being_sequenced_by_another_is_signed_later(log: Logbook) -> None:
    log.write(1)
    log.sequence()
    with open_session() as other:
        assert not sign_log(other, log.tenant)
    assert log.sign()


def cut(log: Logbook, size: int) -> None:
    """Restore the log to an older state, as a superuser who thinks of everything in the database."""
    state = log.rows("SELECT last_time FROM ledger_state WHERE tenant_id = %s", log.tenant)
    log.superuser.execute("SET session_replication_role = replica")
    log.superuser.execute(CUT, {"t": log.tenant, "n": size})
    log.superuser.execute("RESET session_replication_role")
    assert state


def test_a_log_that_was_cut_short_becomes_read_only(log: Logbook) -> None:
    log.filled(5)
    before = log.rows("SELECT * FROM ledger_state WHERE tenant_id = %s", log.tenant)[0]
    log.filled(4)
    cut(log, 5)
    restore = "UPDATE ledger_state SET size = %s, last_hash = %s, last_time = %s, frontier = %s"
    log.tamper(f"{restore} WHERE tenant_id = %s", *before[1:], log.tenant)
    check_all(log.session)
    assert (log.status().log.alarm, log.status().log.read_only) == ("tree-broken", True)


def test_a_log_that_was_cut_and_grew_again_is_not_signed(log: Logbook) -> None:
    log.filled(5)
    before = log.rows("SELECT * FROM ledger_state WHERE tenant_id = %s", log.tenant)[0]
    log.filled(4)
    cut(log, 5)
    restore = "UPDATE ledger_state SET size = %s, last_hash = %s, last_time = %s, frontier = %s"
    log.tamper(f"{restore} WHERE tenant_id = %s", *before[1:], log.tenant)
    log.write(20)
    log.sequence()
    with pytest.raises(TreeBroken, match="not the one that was signed"):
        log.sign()
    assert sign_grown(log.session) == 0
    assert log.status().log.read_only
    assert sizes(log) == [5]


def test_a_changed_entry_below_the_last_checkpoint_stops_the_signer(log: Logbook) -> None:
    log.filled(5)
    log.tamper(
        "UPDATE ledger_entry SET leaf_hash = sha256('x') WHERE index = 2 AND tenant_id = %s", log.tenant
    )
    log.write(1)
    log.sequence()
    with pytest.raises(TreeBroken):
        log.sign()


def test_a_file_that_is_not_what_the_signer_wrote_stops_it(log: Logbook, signer_folder: Path) -> None:
    log.filled(2)
    (file,) = signer_folder.iterdir()
    note = file.read_bytes()
    file.write_bytes(note.replace(b"\n2\n", b"\n1\n"))
    log.write(1)
    log.sequence()
    with pytest.raises(TreeBroken, match="does not hold"):
        log.sign()


def test_the_file_is_replaced_as_a_whole(tmp_path: Path, log: Logbook) -> None:
    log.filled(2)
    memory, vkey = SignedCheckpoints(tmp_path / "signer"), log.status().vkey
    first = memory.last(vkey)
    log.filled(2)
    second = memory.last(vkey)
    assert first and second
    assert (first.checkpoint.size, second.checkpoint.size) == (2, 4)
    assert len(list((tmp_path / "signer").iterdir())) == 1


def test_a_log_whose_keys_were_exchanged_is_not_signed(log: Logbook, other_log: Logbook) -> None:
    log.write(1)
    log.sequence()
    exchange = (
        "UPDATE ledger_log_key SET wrapped ="
        " (SELECT wrapped FROM ledger_log_key o WHERE o.tenant_id = %s AND o.use = 'log')"
        " WHERE tenant_id = %s AND use = 'log'"
    )
    log.tamper(exchange, other_log.tenant, log.tenant)
    assert sign_grown(log.session) == 0
    assert log.status().log.alarm == "seal-broken"
    assert sizes(log) == []
