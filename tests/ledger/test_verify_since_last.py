"""verify_ledger --since-last: what came after the verified part is checked wholly, and must lead back to it."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from pytest_django import Settings

from ledger.audit import pieces
from ledger.audit.resuming import keep_verified, last_verified
from ledger.checkpoint import Checkpoint
from ledger.committed import forget_all
from tests.ledger.logbook import Logbook

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, WHOLE = 700, 1_000
ENTRY = "WHERE tenant_id = %s AND index = "
AFTER = {
    "a body": (f"UPDATE ledger_entry SET body = body || 'x' {ENTRY} 850", "body-changed", 850),
    "a leaf": (f"UPDATE ledger_entry SET leaf = leaf || 'x' {ENTRY} 701", "entry-changed", 701),
    "an entry that is gone": (f"DELETE FROM ledger_entry {ENTRY} 900", "entry-missing", 900),
    "the first new entry": (f"DELETE FROM ledger_entry {ENTRY} 700", "entry-missing", 700),
    "a tile": ("UPDATE ledger_tile SET root = sha256('x') WHERE tenant_id = %s AND n = 2", "tile-changed", 512),
    "a tile too many": ("INSERT INTO ledger_tile VALUES (%s, 0, 9, '', '')", "tile-added", None),
    "a person's head": (
        "UPDATE ledger_subject SET count = count + 1 WHERE tenant_id = %s", "subject-head-changed", None),
}  # fmt: skip
BEFORE = {
    "a tile": "UPDATE ledger_tile SET root = sha256('x') WHERE tenant_id = %s AND n = 0",
    "the last entry": f"UPDATE ledger_entry SET leaf_hash = sha256('x') {ENTRY} 699",
    "the end": "DELETE FROM ledger_entry WHERE tenant_id = %s AND index >= 650",
}


@pytest.fixture
def since(log: Logbook, tmp_path: Path, settings: Settings) -> Iterator[Checkpoint]:
    """A log of 1,000 entries of five people, of which the first 700 were verified."""
    settings.ASSENT_VERIFIED_DIR = tmp_path / "verified"
    people = [*(uuid4() for _ in range(5)), None]
    log.write(FIRST, people)
    log.drain()
    assert last_verified(log.tenant) is None
    assert log.finding() == ("", None)
    keep_verified(log.tenant, FIRST)
    log.write(WHOLE - FIRST, [*people, uuid4()])
    log.drain()
    kept = last_verified(log.tenant)
    assert kept is not None
    assert kept.size == FIRST
    yield kept
    forget_all()


@pytest.mark.parametrize("length", [8192, 37])
def test_a_log_that_was_not_touched_holds_to_its_end(
    log: Logbook, since: Checkpoint, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "LENGTH", length)
    report = log.verify(since=since)
    assert (report.finding, report.size, report.root) == (None, WHOLE, log.verify().root)


@pytest.mark.parametrize("what", AFTER)
def test_it_finds_what_was_changed_after_the_verified_part(
    log: Logbook, since: Checkpoint, what: str
) -> None:
    statement, kind, index = AFTER[what]
    assert log.tamper(statement, log.tenant) >= 1
    forget_all()
    assert log.finding(since=since) == (kind, index)


@pytest.mark.parametrize("what", BEFORE)
def test_it_does_not_go_on_from_what_is_not_the_verified_part_any_more(
    log: Logbook, since: Checkpoint, what: str
) -> None:
    assert log.tamper(BEFORE[what], log.tenant) >= 1
    assert log.finding(since=since)[0] in ("verified-part-changed", "entries-missing")


def test_a_chain_that_skips_a_persons_verified_entry_is_found(log: Logbook, since: Checkpoint) -> None:
    """As a forger would who deletes a person's newest verified entry from the table, but cannot from the tree."""
    log.tamper(
        "UPDATE ledger_entry SET leaf_hash = sha256('x') WHERE tenant_id = %s AND index BETWEEN 690 AND 698",
        log.tenant,
    )
    assert log.finding(since=since)[0] in ("subject-chain-broken", "verified-part-changed")


def test_the_command_says_from_where_it_went_on(
    log: Logbook, since: Checkpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_ledger", tenant=log.name, since_last=True)
    said = capsys.readouterr().out
    assert "holds. 1,000 entries" in said
    assert "Its first 700 entries were verified before." in said
    kept = last_verified(log.tenant)
    assert kept is not None
    assert kept.size == WHOLE
