"""Heads entries: what they commit to, when they are written, and that verify_ledger recomputes them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from ledger import sequencing
from ledger.batch import Head
from ledger.committed import forget_all
from ledger.hashing import EMPTY_ROOT, leaf_hash, node_hash
from ledger.head_entries import append_due_heads, append_heads
from ledger.heads import heads_leaf, heads_root
from ledger.promise import SignedPromise
from ledger.scope import tenant_scope
from ledger.services import append
from tests.ledger.logbook import Logbook

LATER = timedelta(hours=1, minutes=1)


def commit(log: Logbook) -> SignedPromise:
    with tenant_scope(log.tenant):
        return append_heads()


def due(log: Logbook, now: datetime) -> int:
    """How many heads entries wait in this log after a look at `now`."""
    append_due_heads(now=now)
    ((count,),) = log.rows(
        "SELECT count(*) FROM ledger_submission WHERE tenant_id = %s AND type = 'heads'", log.tenant
    )
    return int(count)


def test_the_root_is_that_of_the_map_in_the_order_of_pseudonyms() -> None:
    first, second = Head(3, bytes(32)), Head(1, b"\x01" * 32)
    leaves = [leaf_hash(heads_leaf("aa", first)), leaf_hash(heads_leaf("bb", second))]
    assert heads_leaf("aa", first) == b"aa 3 " + b"00" * 32 + b"\n"
    assert heads_root({"bb": second, "aa": first}) == node_hash(*leaves)
    assert heads_root({}) == EMPTY_ROOT


def test_it_commits_to_the_end_of_every_chain_at_one_size(log: Logbook) -> None:
    log.filled(40)
    log.write(5, [uuid4()])  # waits, and so does not count
    stored = log.rows("SELECT subject, count, head_hash FROM ledger_subject WHERE tenant_id = %s", log.tenant)
    promise = commit(log)
    log.drain()
    audit = log.entry(promise).audit
    expected = heads_root({subject: Head(count, bytes(head)) for subject, count, head in stored})
    assert (audit["size"], audit["subjects"], audit["root"]) == (40, 3, expected.hex())


def test_the_log_holds_with_heads_entries_between_and_at_once(log: Logbook) -> None:
    commit(log)  # in an empty log
    for step in (1, 255, 40):
        log.filled(step)
        commit(log)
        commit(log)
        log.drain()
        assert log.finding() == ("", None)
        assert log.finding(bodies=False) == ("", None)


@pytest.mark.parametrize(
    "claim", [{"root": "00" * 32}, {"subjects": 2}, {"size": 29}, {"size": 32}, {"size": "x"}]
)
def test_a_false_commitment_is_found_at_its_entry(log: Logbook, claim: dict[str, object]) -> None:
    log.filled(30)
    promise = commit(log)
    log.drain()
    true = log.entry(promise).audit
    with tenant_scope(log.tenant):
        append(
            type="heads", actor=None, subject=None,
            audit={name: true[name] for name in ("size", "subjects", "root")} | claim,
        )  # fmt: skip
    log.drain()
    assert log.finding() == ("heads-differ", 31)
    assert log.finding(bodies=False) == ("heads-differ", 31)


def test_a_heads_entry_that_does_not_open_is_found_even_without_bodies(log: Logbook) -> None:
    log.filled(30)
    commit(log)
    log.drain()
    log.tamper(
        "DELETE FROM ledger_key WHERE tenant_id = %s AND owner = %s AND use LIKE 'ledger:%%'",
        log.tenant,
        log.tenant,
    )
    forget_all()
    kind, _ = log.finding(bodies=False)
    assert kind == "key-missing"


def test_a_log_is_due_once_an_hour_and_only_when_it_grew(log: Logbook) -> None:
    now = datetime.now(UTC)
    assert due(log, now + LATER) == 0  # an empty log
    log.filled(5)
    assert due(log, now) == 0
    assert due(log, now + LATER) == 1
    log.drain()
    assert due(log, now + LATER) == 0  # it did not grow
    log.filled(2)
    assert due(log, now + timedelta(minutes=30)) == 0
    assert due(log, now + LATER) == 1
    log.drain()
    assert log.finding() == ("", None)


def test_the_sequencer_looks_and_writes_it(log: Logbook, monkeypatch: pytest.MonkeyPatch) -> None:
    log.filled(5)
    log.tamper(
        "UPDATE ledger_entry SET time = time - %s WHERE tenant_id = %s AND index = 0", LATER, log.tenant
    )
    log.write(1)
    log.sequence()
    looks = iter([False, False, True])
    monkeypatch.setattr(sequencing, "HEADS_SECONDS", 0)
    sequencing.run(lambda seconds: next(looks), durable=False)
    assert log.rows("SELECT type FROM ledger_submission WHERE tenant_id = %s", log.tenant) == [("heads",)]


def test_a_database_that_is_away_does_not_end_the_sequencer(
    log: Logbook, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = iter([False, False, True])
    monkeypatch.setattr(sequencing, "HEADS_SECONDS", 0)
    with connection.execute_wrapper(_lost):
        sequencing.run(lambda seconds: next(looks), durable=False)
    assert "no heads entries were written" in caplog.text


def _lost(*call: object) -> None:
    raise OperationalError


def test_the_command_writes_one_for_a_named_log(log: Logbook, capsys: pytest.CaptureFixture[str]) -> None:
    log.filled(5)
    call_command("commit_heads", tenant=log.name)
    assert log.name in capsys.readouterr().out
    assert log.drain() == 1
    assert log.finding() == ("", None)
