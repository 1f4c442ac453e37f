"""The order of things: who waits for whom, what time it is, and how often things changed.

A change of what is in force for a person excludes every decision about her and every other change; decisions
exclude only changes. So the order of decisions and changes is the order of their ledger entries.
"""

from datetime import datetime
from uuid import UUID

from django.db import connection

from ledger.scope import current_tenant, lock, locks

PERSON, BASE_POLICY = "person", "base-policy"

_NEXT_EPOCH = """
INSERT INTO consent_epoch (tenant_id, person, number) VALUES (%s, %s, 1)
ON CONFLICT (tenant_id, person) DO UPDATE SET number = consent_epoch.number + 1
RETURNING number
"""


def change_of(person: UUID) -> datetime:
    """Wait until nothing else decides or changes for this person; returns the instant of the change."""
    current_tenant()
    lock(PERSON, person, exclusive=True)
    return clock()


def decision_about(person: UUID) -> UUID:
    """Keep what is in force for this person as it is until the transaction ends; returns the tenant."""
    tenant = current_tenant()
    locks([(BASE_POLICY, tenant), (PERSON, person)], exclusive=False)
    return tenant


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
