"""Making the search index again from the records themselves, when it has come to hold more than it did."""

from collections.abc import Callable
from uuid import UUID

from django.db import connection

from ledger.scope import current_tenant, lock, tenant_scope
from portal.records import index, storage, writing
from portal.records.opening import open_rows
from portal.records.sealed import Stored

BATCH = 200
# Rows of an older generation, as long as there are any: so it goes on where it was interrupted.
OLD = f"""
SELECT r.id, {storage.COLUMNS} {storage.CURRENT}
WHERE r.tenant_id = %s AND r.indexed < %s AND NOT r.deleted AND r.id > %s ORDER BY r.id LIMIT %s
"""
COUNT = "SELECT count(*) FROM records_resource WHERE tenant_id = %s AND indexed < %s AND NOT deleted"


def outdated(*, tenant: UUID) -> int:
    """How many records of the tenant are not indexed as this version does."""
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(COUNT, [tenant, index.GENERATION])
        return int(cursor.fetchone()[0])


def reindex(*, tenant: UUID, progress: Callable[[int], None] | None = None) -> tuple[int, int]:
    """Index what is not yet; returns how many were, and how many did not open and were left as they are.

    A batch is one transaction. Writers wait for it, readers do not.
    """
    done, shut, last = 0, 0, UUID(int=0)
    while True:
        with tenant_scope(tenant):
            lock("records.write", tenant, exclusive=True)
            found = _old(last)
            if not found:
                return done, shut
            last = found[-1][0]
            opened = _index(tenant, found)
        done, shut = done + opened, shut + len(found) - opened
        if progress:
            progress(done)


def _old(last: UUID) -> list[tuple[UUID, Stored]]:
    tenant = current_tenant()
    rows = storage.fetch(OLD, [tenant, index.GENERATION, last, BATCH])
    return [(row[0], storage.stored(row[1:], tenant)) for row in rows]


def _index(tenant: UUID, found: list[tuple[UUID, Stored]]) -> int:
    opened = open_rows(tenant, [row for _, row in found])
    persons = {(row.header.type, row.header.id): (key, row.header.person) for key, row in found}
    entries = {}
    for record in opened.records:
        key, person = persons[record.type, record.id]
        entries[key] = index.indexed(record.resource, tenant=tenant, person=person)
    writing.index_again(entries)
    return len(entries)
