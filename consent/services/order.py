"""The order of things: who waits for whom, what time it is, and how often things changed.

A change of what is in force for a person excludes every decision about her and every other change; decisions
exclude only changes. So the order of decisions and changes is the order of their ledger entries.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import psycopg
from django.db import connection

from consent.errors import ClockBehind
from ledger.errors import ScopeError
from ledger.scope import current_tenant, lock

PERSON, BASE_POLICY = "person", "base-policy"

_NEXT_EPOCH = """
INSERT INTO consent_epoch (tenant_id, person, number, changed_at) VALUES (%s, %s, 1, clock_timestamp())
ON CONFLICT (tenant_id, person) DO UPDATE SET number = consent_epoch.number + 1, changed_at = clock_timestamp()
RETURNING number
"""

_CLOCK = """
SELECT clock_timestamp(),
  (SELECT changed_at FROM consent_epoch WHERE tenant_id = %s AND person = %s) > clock_timestamp()
"""

# Whoever may use up a contract excludes all others from the start: a shared lock that is made exclusive later waits
# for another that does the same. The snapshot is older than the lock, so that this can happen still, where a counted
# contract was granted meanwhile; the database then ends one of the two, and nothing is shown.
_ABOUT = """
SELECT (SELECT count(pg_advisory_xact_lock_shared(hashtextextended(policy, 0))) FROM unnest(%s::text[]) AS policy),
  CASE WHEN EXISTS (SELECT 1 FROM consent_contract
    WHERE tenant_id = ANY(%s) AND person = %s AND state = 'active' AND counted)
  THEN pg_advisory_xact_lock(hashtextextended(%s, 0))
  ELSE pg_advisory_xact_lock_shared(hashtextextended(%s, 0)) END
"""


def change_of(person: UUID) -> datetime:
    """Wait until nothing else decides or changes for this person; returns the instant of the change.

    Raises ClockBehind where that would be before her last one.
    """
    tenant = current_tenant()
    lock(PERSON, person, exclusive=True)
    with connection.cursor() as cursor:
        cursor.execute(_CLOCK, [tenant, person])
        now, behind = cursor.fetchone()
    if behind:
        raise ClockBehind("The clock went back, so nothing was changed. Try again; tell the administrator.")
    return now  # type: ignore[no-any-return]


def decision_about(person: UUID, custodians: Collection[UUID]) -> None:
    """Keep what is in force for this person at these custodians as it is until the transaction ends.

    The locks come in one order, for all who take several: the custodians' by their ids, then the person's.
    """
    if not connection.in_atomic_block:
        raise ScopeError("A lock was asked for outside a transaction, where it would hold nothing.")
    tenants, own = sorted(custodians), f"{PERSON}:{person}"
    policies = [f"{BASE_POLICY}:{tenant}" for tenant in tenants]
    # As `decisions` asks what is in force: without what Django's cursor costs.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_ABOUT, [policies, tenants, person, own, own], prepare=True)


def counting_for(person: UUID) -> None:
    """Exclude other decisions about this person, to count a use; free where `decision_about` did already."""
    lock(PERSON, person, exclusive=True)


def clock() -> datetime:
    """The primary's clock, now; not the start of the transaction, which may have waited for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now  # type: ignore[no-any-return]


def next_epoch(person: UUID) -> int:
    """Count a change of what is in force for this person."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_EPOCH, [current_tenant(), person])
        (number,) = cursor.fetchone()
    return number  # type: ignore[no-any-return]
