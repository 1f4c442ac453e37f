"""Signing: only what grew, only what still holds what was signed before."""

from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

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
DELETE FROM ledger_checkpoint WHERE tenant_id = %(t)s AND size > %(n)s AND NOT %(published)s
"""
STATE = "SELECT size, last_hash, last_time, frontier FROM ledger_state WHERE tenant_id = %s"
RESTORE = """
UPDATE ledger_state SET size = %s, last_hash = %s, last_time = %s, frontier = %s WHERE tenant_id = %s
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


def cut(log: Logbook, state: tuple[Any, ...], *, published: bool = False) -> None:
    """Restore the log to an older state, as a superuser who thinks of everything in the database.

    `published`: the checkpoints stay, for others have them.
    """
    log.superuser.execute("SET session_replication_role = replica")
    log.superuser.execute(CUT, {"t": log.tenant, "n": state[0], "published": published})
    log.superuser.execute("RESET session_replication_role")
    log.tamper(RESTORE, *state, log.tenant)


def state_of(log: Logbook) -> tuple[Any, ...]:
    return log.rows(STATE, log.tenant)[0]


def test_a_log_that_was_cut_short_becomes_read_only(log: Logbook) -> None:
    before = state_of(log.filled(5))
    log.filled(4)
    cut(log, before)
    check_all(log.session)
    assert (log.status().log.alarm, log.status().log.read_only) == ("tree-broken", True)


def test_a_log_that_was_cut_and_grew_again_is_not_signed(log: Logbook) -> None:
    before = state_of(log.filled(5))
    log.filled(4)
    cut(log, before)
    log.write(20)
    log.sequence()
    with pytest.raises(TreeBroken, match="not the one that was signed"):
        log.sign()
    assert sign_grown(log.session) == 0
    assert log.status().log.read_only
    assert sizes(log) == [5]


@pytest.mark.parametrize("stale", [False, True])
@pytest.mark.parametrize("written", [2, 3])
def test_no_second_root_is_signed_where_the_folder_is_lost_or_outdated(
    log: Logbook, signer_folder: Path, written: int, stale: bool
) -> None:
    before = state_of(log.filled(3))
    copied = copytree(signer_folder, signer_folder.with_name("copy"))
    log.filled(2)
    rmtree(signer_folder)
    if stale:
        copied.rename(signer_folder)
    cut(log, before, published=True)
    log.write(written)
    log.sequence()
    with pytest.raises(TreeBroken, match="not the one that was signed"):
        log.sign()
    check_all(log.session)
    assert (log.status().log.alarm, log.status().log.read_only) == ("tree-broken", True)
    assert sizes(log) == [3, 5]
    assert signer_folder.exists() is stale


def test_a_log_shorter_than_what_was_published_raises_the_alarm_without_the_folder(
    log: Logbook, signer_folder: Path
) -> None:
    before = state_of(log.filled(3))
    log.filled(2)
    rmtree(signer_folder)
    cut(log, before, published=True)
    assert sign_grown(log.session) == 0
    assert (log.status().log.alarm, log.status().log.read_only) == ("tree-broken", True)


def test_a_lost_folder_is_made_again_from_what_was_published(log: Logbook, signer_folder: Path) -> None:
    log.filled(3)
    (kept,) = [file.read_bytes() for file in signer_folder.iterdir()]
    rmtree(signer_folder)
    assert not log.sign()
    assert [file.read_bytes() for file in signer_folder.iterdir()] == [kept]
    log.filled(2)
    assert sizes(log) == [3, 5]


@pytest.mark.parametrize("change", ["note = set_byte(note, 40, 0)", "root = sha256('x')"])
def test_a_published_checkpoint_that_was_changed_stops_the_signer(log: Logbook, change: str) -> None:
    log.filled(3)
    log.tamper(f"UPDATE ledger_checkpoint SET {change} WHERE tenant_id = %s", log.tenant)
    log.write(1)
    log.sequence()
    with pytest.raises(TreeBroken, match="newest checkpoint in the database"):
        log.sign()


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


def test_an_older_note_never_replaces_a_newer_one(log: Logbook, signer_folder: Path) -> None:
    log.filled(2)
    memory, vkey = SignedCheckpoints(signer_folder), log.status().vkey
    first = memory.last(vkey)
    log.filled(2)
    second = memory.last(vkey)
    assert first and second
    with pytest.raises(TreeBroken, match="cannot replace"):
        memory.keep(vkey, first.note)
    memory.keep(vkey, second.note)
    assert memory.last(vkey) == second


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
