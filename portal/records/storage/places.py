# ruff: noqa: S608 - the statements are put together from constants of this package; values are always parameters
"""Records that are asked for by where they stand: by type and id, or by all tokens that the index has of them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from ledger.scope import current_tenant
from portal.records.sealed import Stored
from portal.records.storage.conditions import GROUP, selection
from portal.records.storage.fetching import fetch
from portal.records.storage.rows import COLUMNS, CURRENT, stored

MOST_INCLUDED = 1000

READ = f"SELECT {COLUMNS} {CURRENT} WHERE r.tenant_id = %s AND r.type = %s AND r.fhir_id = %s"

READ_ALL = f"SELECT {COLUMNS} {CURRENT} WHERE r.tenant_id = %s AND r.type = %s AND r.fhir_id = ANY(%s)"

READ_PLACES = f"""
SELECT {COLUMNS}, r.id FROM unnest(%s::text[], %s::text[]) AS w(type, fhir_id)
JOIN records_resource r ON r.tenant_id = %s AND r.type = w.type AND r.fhir_id = w.fhir_id
JOIN records_version v
  ON v.tenant_id = r.tenant_id AND v.type = r.type AND v.fhir_id = r.fhir_id AND v.version = r.version
"""

READ_VERSION = """
SELECT person, type, fhir_id, version, category, labels, date, until, author, sealed, content_hash, created, deleted
FROM records_version WHERE tenant_id = %s AND type = %s AND fhir_id = %s AND version = %s
"""

EVERY_VERSION = """
SELECT v.person, v.type, v.fhir_id, v.version, v.category, v.labels, v.date, v.until, v.author, v.sealed,
  v.content_hash, v.created, v.deleted
FROM unnest(%s::text[], %s::text[]) AS w(type, fhir_id)
JOIN records_version v ON v.tenant_id = %s AND v.type = w.type AND v.fhir_id = w.fhir_id
WHERE v.person = %s AND NOT v.deleted
"""

LABELS = """
SELECT r.type, r.fhir_id, p.fhir_id, r.labels FROM unnest(%s::text[], %s::text[]) AS w(type, fhir_id)
JOIN records_resource r ON r.tenant_id = %s AND r.type = w.type AND r.fhir_id = w.fhir_id
JOIN records_resource p ON p.tenant_id = r.tenant_id AND p.person = r.person AND p.type = 'Patient'
WHERE r.labels <> '{}'
"""

PERSONS_FOUND_BY = """
SELECT t.digest, r.person
FROM records_token t JOIN records_resource r ON r.tenant_id = t.tenant_id AND r.id = t.resource
WHERE t.tenant_id = %s AND t.digest = ANY(%s) AND r.type = 'Patient' AND r.person IS NOT NULL AND NOT r.deleted
ORDER BY r.person LIMIT %s
"""

FOUND_BY_ALL = """
SELECT r.type, r.fhir_id FROM records_token t JOIN records_resource r ON r.tenant_id = t.tenant_id AND r.id = t.resource
WHERE t.tenant_id = %s AND t.digest = ANY(%s) AND NOT r.deleted
GROUP BY r.type, r.fhir_id HAVING count(DISTINCT t.digest) = %s ORDER BY r.fhir_id LIMIT %s
"""


def read(type_name: str, fhir_id: str, version: int | None = None) -> tuple[Stored, bool] | None:
    """A record as it is, or one of its versions; and whether it is deleted."""
    tenant = current_tenant()
    if version is None:
        rows = fetch(READ, [tenant, type_name, fhir_id])
    else:
        rows = fetch(READ_VERSION, [tenant, type_name, fhir_id, version])
    return (stored(rows[0], tenant), rows[0][12]) if rows else None


def read_all(type_name: str, fhir_ids: Collection[str]) -> dict[str, Stored]:
    """Those of these records that are there, as they are, by id."""
    tenant = current_tenant()
    rows = [stored(row, tenant) for row in fetch(READ_ALL, [tenant, type_name, list(fhir_ids)])]
    return {row.header.id: row for row in rows}


def current(places: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[Stored, UUID]]:
    """Those of these records (type, id) that are or were there, as they are, each with its row's id."""
    tenant, types, ids = current_tenant(), [kind for kind, _ in places], [key for _, key in places]
    rows = fetch(READ_PLACES, [types, ids, tenant])
    return {(row[1], row[2]): (stored(row[:13], tenant), row[13]) for row in rows}


def labels(places: Collection[tuple[str, str]]) -> dict[tuple[str, str, str], frozenset[str]]:
    """The labels of those of these records (type, id) that bear some: by type, id, and the id of whose Patient."""
    types, ids = [kind for kind, _ in places], [key for _, key in places]
    rows = fetch(LABELS, [types, ids, current_tenant()])
    return {(kind, key, patient): frozenset(found) for kind, key, patient, found in rows}


def at_places(
    person: UUID | None, places: Collection[tuple[str, str]], *, permitted: Collection[tuple[str, str]] | None
) -> list[Stored]:
    """Those of these records (type, id) that are there, of this person or of the directory, in permitted groups."""
    kinds = sorted({kind for kind, _ in places})
    where, parameters = selection(person, kinds, ())
    join = (
        "JOIN unnest(%s::text[], %s::text[]) AS w(type, fhir_id) ON w.type = r.type AND w.fhir_id = r.fhir_id"
    )
    wanted: list[Any] = [[kind for kind, _ in places], [key for _, key in places]]
    if permitted is not None:
        join += (
            f" JOIN unnest(%s::text[], %s::text[]) AS p(type, name) ON p.type = r.type AND p.name = {GROUP}"
        )
        wanted += [[kind for kind, _ in permitted], [name for _, name in permitted]]
    query = f"SELECT {COLUMNS} {CURRENT} {join} {where} ORDER BY r.type, r.fhir_id LIMIT {MOST_INCLUDED}"
    tenant = current_tenant()
    return [stored(row, tenant) for row in fetch(query, [*wanted, *parameters])]


def found_by_all(digests: Collection[bytes], limit: int) -> list[tuple[str, str]]:
    """(type, id) of the resources that bear all of these tokens."""
    found = fetch(FOUND_BY_ALL, [current_tenant(), list(digests), len(digests), limit])
    return [(kind, key) for kind, key in found]


def persons_found_by(digests: Collection[bytes], limit: int) -> list[tuple[bytes, UUID]]:
    """Which of these tokens the Patient of which person bears."""
    found = fetch(PERSONS_FOUND_BY, [current_tenant(), list(digests), limit])
    return [(digest, person) for digest, person in found]


def every_version(person: UUID, places: Collection[tuple[str, str]]) -> list[Stored]:
    """All versions with content of those of these records that are about this person."""
    types, ids = [kind for kind, _ in places], [key for _, key in places]
    tenant = current_tenant()
    return [stored(row, tenant) for row in fetch(EVERY_VERSION, [types, ids, tenant, person])]
