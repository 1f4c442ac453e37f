"""Waiting for an index or a checkpoint, without keeping anything that others need meanwhile."""

from threading import Timer
from time import monotonic
from uuid import uuid4

import pytest
from django.db import connection

from ledger.errors import ScopeError, UnknownEntry
from ledger.scope import tenant_scope
from ledger.selectors import await_checkpoint, await_entry, receipt
from tests.ledger.logbook import Logbook


def test_what_is_never_sequenced_is_waited_for_no_longer_than_asked(log: Logbook) -> None:
    promise, began = log.append(uuid4()), monotonic()
    assert not await_entry(promise.promise.id, tenant=log.tenant, seconds=0.2)
    assert 0.2 <= monotonic() - began < 10


def test_an_entry_has_its_index_before_a_checkpoint_covers_it(log: Logbook) -> None:
    key = log.append(uuid4()).promise.id
    log.sequence()
    assert await_entry(key, tenant=log.tenant, seconds=5)
    assert not await_checkpoint(key, tenant=log.tenant, seconds=0)
    log.sign()
    assert await_checkpoint(key, tenant=log.tenant, seconds=5)
    with tenant_scope(log.tenant):
        assert receipt(key)


def test_who_waits_is_woken_by_the_checkpoint(log: Logbook) -> None:
    key, began = log.append(uuid4()).promise.id, monotonic()
    sequencer = Timer(0.2, log.drain)
    sequencer.start()
    assert await_checkpoint(key, tenant=log.tenant, seconds=20)
    assert monotonic() - began < 10
    sequencer.join()


def test_nothing_is_waited_for_that_was_never_submitted(log: Logbook, other_log: Logbook) -> None:
    elsewhere, began = other_log.append(uuid4()).promise.id, monotonic()
    for wait in (await_entry, await_checkpoint):
        for key in (uuid4(), elsewhere):
            with pytest.raises(UnknownEntry):
                wait(key, tenant=log.tenant, seconds=20)
    assert monotonic() - began < 10


def test_waiting_inside_a_transaction_is_refused(log: Logbook) -> None:
    key = log.append(uuid4()).promise.id
    with tenant_scope(log.tenant), pytest.raises(ScopeError):
        await_entry(key, tenant=log.tenant, seconds=1)


def test_who_waits_holds_no_connection(log: Logbook, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it sleeps, a pool of one could serve another."""
    key, free = log.append(uuid4()).promise.id, []

    def asleep(seconds: float) -> None:
        free.append(connection.connection is None)
        log.drain()

    monkeypatch.setattr("ledger.selectors.waiting.sleep", asleep)
    assert await_entry(key, tenant=log.tenant, seconds=5)
    assert free == [True]
