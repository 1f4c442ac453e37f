"""The SQL by which records are stored. Rows go in by `unnest` of binary arrays: PostgreSQL refuses COPY under
row-level security, and text parameters cost four times as much.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import connection

from ledger.identity import new_id
from ledger.scope import current_tenant
from portal.records.index import GENERATION, Indexed
from portal.records.sealed import Header

KNOWN = """
SELECT w.type, w.fhir_id, r.id, r.version, r.person,
  (SELECT array_agg(v.fingerprint) FROM records_version v
    WHERE v.tenant_id = r.tenant_id AND v.type = r.type AND v.fhir_id = r.fhir_id)
FROM unnest(%s::text[], %s::text[]) AS w(type, fhir_id)
JOIN records_resource r ON r.tenant_id = %s AND r.type = w.type AND r.fhir_id = w.fhir_id
"""

ADD_VERSIONS = """
INSERT INTO records_version (tenant_id, person, entry, created,
  type, fhir_id, version, category, labels, date, until, author, deleted, sealed, content_hash, fingerprint)
SELECT %b, %b, %b, now(), type, fhir_id, version, category, string_to_array(labels, ','), date, until, author,
  deleted, sealed, content_hash, fingerprint
FROM unnest(%b::text[], %b::text[], %b::int4[], %b::text[], %b::text[], %b::timestamptz[], %b::timestamptz[],
  %b::text[], %b::bool[], %b::bytea[], %b::bytea[], %b::bytea[])
  AS w(type, fhir_id, version, category, labels, date, until, author, deleted, sealed, content_hash, fingerprint)
RETURNING created
"""

SET_RESOURCES = """
INSERT INTO records_resource (tenant_id, person, indexed,
  id, type, fhir_id, version, category, labels, date, until, author, deleted)
SELECT %b, %b, %b, id, type, fhir_id, version, category, string_to_array(labels, ','), date, until, author, deleted
FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::int4[], %b::text[], %b::text[], %b::timestamptz[],
  %b::timestamptz[], %b::text[], %b::bool[])
  AS w(id, type, fhir_id, version, category, labels, date, until, author, deleted)
ON CONFLICT (tenant_id, type, fhir_id) DO UPDATE SET version = excluded.version, category = excluded.category,
  labels = excluded.labels, date = excluded.date, until = excluded.until, author = excluded.author,
  deleted = excluded.deleted, indexed = excluded.indexed
"""

DROP_TOKENS = "DELETE FROM records_token WHERE tenant_id = %b AND resource = ANY(%b::uuid[])"
DROP_SPANS = "DELETE FROM records_span WHERE tenant_id = %b AND resource = ANY(%b::uuid[])"

ADD_TOKENS = """
INSERT INTO records_token (tenant_id, resource, digest) SELECT %b, * FROM unnest(%b::uuid[], %b::bytea[])
"""
ADD_SPANS = """
INSERT INTO records_span (tenant_id, resource, parameter, start, until)
SELECT %b, * FROM unnest(%b::uuid[], %b::text[], %b::timestamptz[], %b::timestamptz[])
"""


SET_GENERATION = "UPDATE records_resource SET indexed = %b WHERE tenant_id = %b AND id = ANY(%b::uuid[])"


class Known(NamedTuple):
    """What is stored of a resource already."""

    id: UUID
    version: int
    person: UUID | None
    fingerprints: frozenset[bytes]


class NewVersion(NamedTuple):
    """A version to be stored."""

    resource: UUID
    header: Header
    sealed: bytes
    content_hash: bytes
    fingerprint: bytes
    indexed: Indexed


def known(wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], Known]:
    """What is stored of these (type, id) already."""
    types, ids = [kind for kind, _ in wanted], [key for _, key in wanted]
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [types, ids, current_tenant()])
        rows = cursor.fetchall()
    return {
        (row[0], row[1]): Known(row[2], row[3], row[4], frozenset(map(bytes, row[5] or ()))) for row in rows
    }


def add(person: UUID | None, entry: UUID, versions: Sequence[NewVersion]) -> datetime:
    """Store versions of one person's records, and make each what the record now is. Returns the time of storing."""
    tenant, headers = current_tenant(), [new.header for new in versions]
    clear: list[list[Any]] = [
        [header.type for header in headers],
        [header.id for header in headers],
        [header.version for header in headers],
        [header.category for header in headers],
        [",".join(header.labels) for header in headers],
        [header.date for header in headers],
        [header.until for header in headers],
        [header.author for header in headers],
        [header.deleted for header in headers],
    ]
    sealed = [[getattr(new, name) for new in versions] for name in ("sealed", "content_hash", "fingerprint")]
    # The last version of a record in this batch is what it now is.
    latest = {(new.header.type, new.header.id): index for index, new in enumerate(versions)}
    current = [[column[index] for index in latest.values()] for column in clear]
    ids = [versions[index].resource for index in latest.values()]
    entries = {versions[index].resource: versions[index].indexed for index in latest.values()}
    replaced = [new.resource for new in versions if new.header.version > 1]
    # Not Django's cursor, which writes the values into the text: these go over in binary.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        rows = cursor.execute(ADD_VERSIONS, [tenant, person, entry, *clear, *sealed]).fetchall()
        cursor.execute(SET_RESOURCES, [tenant, person, GENERATION, ids, *current])
        _index(cursor, tenant, entries, replaced)
    return rows[0][0]  # type: ignore[no-any-return]


def index_again(entries: Mapping[UUID, Indexed]) -> None:
    """Put these in the place of what the index says of these resources, in the tenant's scope."""
    tenant = current_tenant()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        _index(cursor, tenant, entries, list(entries))
        cursor.execute(SET_GENERATION, [GENERATION, tenant, list(entries)])


def _index(
    cursor: psycopg.Cursor, tenant: UUID, entries: Mapping[UUID, Indexed], replaced: Collection[UUID]
) -> None:
    if replaced:
        cursor.execute(DROP_TOKENS, [tenant, list(replaced)])
        cursor.execute(DROP_SPANS, [tenant, list(replaced)])
    tokens = [(key, digest) for key, entry in entries.items() for digest in entry.tokens]
    spans = [(key, name, *span) for key, entry in entries.items() for name, span in entry.spans]
    cursor.execute(ADD_TOKENS, [tenant, *_columns(tokens, 2)])
    if spans:
        cursor.execute(ADD_SPANS, [tenant, *_columns(spans, 4)])


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def new_resource() -> UUID:
    return new_id()
