"""Waiting for the sequencer or the signer. Who waits holds no transaction and no connection of the pool."""

from collections.abc import Callable
from time import monotonic, sleep
from uuid import UUID

from django.db import connection

from ledger.errors import ScopeError, UnknownEntry
from ledger.scope import tenant_scope
from ledger.selectors.rows import query

LOOK_SECONDS = 0.02

# In one statement, whose snapshot sees an entry either as waiting or as sequenced.
PLACE = """
SELECT (SELECT index FROM ledger_sequenced WHERE tenant_id = %s AND submission_id = %s),
  EXISTS (SELECT FROM ledger_submission WHERE tenant_id = %s AND id = %s),
  (SELECT COALESCE(max(size), 0) FROM ledger_checkpoint WHERE tenant_id = %s)
"""


def await_entry(id: UUID, *, tenant: UUID, seconds: float) -> bool:  # noqa: A002 - the field's own name
    """Wait until the entry has its index, for at most so many seconds; returns whether it has one.

    Outside any scope. Raises UnknownEntry at once for what was never submitted, ScopeError inside a transaction.
    """
    return _wait(lambda: _place(tenant, id)[0] is not None, seconds)


def await_checkpoint(id: UUID, *, tenant: UUID, seconds: float) -> bool:  # noqa: A002
    """As `await_entry`, until a checkpoint covers the entry."""

    def covered() -> bool:
        index, size = _place(tenant, id)
        return index is not None and index < size

    return _wait(covered, seconds)


def _wait(done: Callable[[], bool], seconds: float) -> bool:
    if connection.in_atomic_block:
        raise ScopeError("Waiting inside a transaction would hold its locks and its connection meanwhile.")
    end = monotonic() + seconds
    while not (found := done()) and monotonic() < end:
        connection.close()  # back to the pool
        sleep(LOOK_SECONDS)
    return found


def _place(tenant: UUID, submission: UUID) -> tuple[int | None, int]:
    """The entry's index, if it has one, and the size of the newest checkpoint."""
    with tenant_scope(tenant):
        ((index, waits, size),) = query(PLACE, [tenant, submission, tenant, submission, tenant])
    if index is None and not waits:
        raise UnknownEntry("This log has no entry with that id. Check the id and the organisation.")
    return index, size
