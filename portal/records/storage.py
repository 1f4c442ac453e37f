# ruff: noqa: S608 - the statements are put together from constants of this module; values are always parameters
"""The SQL by which records are read. Every statement names the tenant although row-level security would add it:
indexes begin with it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from ledger.scope import current_tenant
from portal.records.sealed import Header, Stored

COLUMNS = (
    "r.person, r.type, r.fhir_id, r.version, r.category, r.labels, r.date, r.until, r.author, "
    "v.sealed, v.content_hash, v.created, r.deleted"
)
CURRENT = """
FROM records_resource r JOIN records_version v
  ON v.tenant_id = r.tenant_id AND v.type = r.type AND v.fhir_id = r.fhir_id AND v.version = r.version
"""
# A group is what decisions tell apart, spelled as one value: "category:LABEL,LABEL".
_GROUP = "(r.category || ':' || array_to_string(r.labels, ','))"
_PLACE = "coalesce(r.date, '-infinity')"
MOST_INCLUDED = 1000
ANYBODY = "anybody"
# One person's records, several persons', ANYBODY's, or the directory's (None).
Whose = UUID | Collection[UUID] | str | None

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

LABELS = """
SELECT r.type, r.fhir_id, p.fhir_id, r.labels FROM unnest(%s::text[], %s::text[]) AS w(type, fhir_id)
JOIN records_resource r ON r.tenant_id = %s AND r.type = w.type AND r.fhir_id = w.fhir_id
JOIN records_resource p ON p.tenant_id = r.tenant_id AND p.person = r.person AND p.type = 'Patient'
WHERE r.labels <> '{}'
"""

COUNT_AT = """
SELECT r.tenant_id, r.type, r.category, r.labels, count(*) FROM records_resource r
WHERE r.tenant_id = ANY(%s) AND r.person = %s AND r.type = ANY(%s) AND NOT r.deleted GROUP BY 1, 2, 3, 4
"""

FOUND_BY_ALL = """
SELECT r.type, r.fhir_id FROM records_token t JOIN records_resource r ON r.tenant_id = t.tenant_id AND r.id = t.resource
WHERE t.tenant_id = %s AND t.digest = ANY(%s) AND NOT r.deleted
GROUP BY r.type, r.fhir_id HAVING count(DISTINCT t.digest) = %s ORDER BY r.fhir_id LIMIT %s
"""


class Place(NamedTuple):
    """Where a page ends: the next one begins behind it. `sort` names the order, `key` is what it orders by."""

    sort: str
    key: datetime | None
    id: str


class Order(NamedTuple):
    """By what rows are put in order: an SQL expression over `r` and `v` that is a time, never null."""

    name: str
    sql: str
    ascending: bool


class Page(NamedTuple):
    """Rows in order, and where the next page begins if there is one."""

    rows: list[Stored]
    next: Place | None


class Condition(NamedTuple):
    """One further condition of a search: SQL over `r`, and its parameters."""

    sql: str
    parameters: Sequence[Any]


def read(type_name: str, fhir_id: str, version: int | None = None) -> tuple[Stored, bool] | None:
    """A record as it is, or one of its versions; and whether it is deleted."""
    wanted: list[Any] = [current_tenant(), type_name, fhir_id]
    if version is not None:
        wanted.append(version)
    with connection.cursor() as cursor:
        cursor.execute(READ if version is None else READ_VERSION, wanted)
        row = cursor.fetchone()
    return (stored(row), row[12]) if row else None


def read_all(type_name: str, fhir_ids: Collection[str]) -> dict[str, Stored]:
    """Those of these records that are there, as they are, by id."""
    with connection.cursor() as cursor:
        cursor.execute(READ_ALL, [current_tenant(), type_name, list(fhir_ids)])
        rows = [stored(row) for row in cursor.fetchall()]
    return {row.header.id: row for row in rows}


def current(places: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[Stored, UUID]]:
    """Those of these records (type, id) that are or were there, as they are, each with its row's id."""
    types, ids = [kind for kind, _ in places], [key for _, key in places]
    with connection.cursor() as cursor:
        cursor.execute(READ_PLACES, [types, ids, current_tenant()])
        rows = cursor.fetchall()
    return {(row[1], row[2]): (stored(row[:13]), row[13]) for row in rows}


def labels(places: Collection[tuple[str, str]]) -> dict[tuple[str, str, str], frozenset[str]]:
    """The labels of those of these records (type, id) that bear some: by type, id, and the id of whose Patient."""
    types, ids = [kind for kind, _ in places], [key for _, key in places]
    with connection.cursor() as cursor:
        cursor.execute(LABELS, [types, ids, current_tenant()])
        rows = cursor.fetchall()
    return {(kind, key, patient): frozenset(found) for kind, key, patient, found in rows}


def groups(
    person: UUID, types: Collection[str], conditions: Sequence[Condition]
) -> list[tuple[str, str, list[str]]]:
    """The distinct (type, category, labels) among a person's records that a search would find."""
    where, parameters = _where(person, types, conditions)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT r.type, r.category, r.labels FROM records_resource r {where}", parameters
        )
        return list(cursor.fetchall())


def headers(person: UUID, types: Collection[str], conditions: Sequence[Condition]) -> list[Header]:
    """The clear columns of each record that a search would find: for contracts that tell single records apart."""
    where, parameters = _where(person, types, conditions)
    columns = "r.person, r.type, r.fhir_id, r.version, r.category, r.labels, r.date, r.until, r.author"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM records_resource r {where}", parameters)
        rows = cursor.fetchall()
    tenant = current_tenant()
    return [
        Header(tenant, person, kind, key, version, category, tuple(labels), date, until, author)
        for person, kind, key, version, category, labels, date, until, author in rows
    ]


def among(places: Collection[tuple[str, str]]) -> Condition:
    """Only these records (type, id)."""
    return Condition(
        "(r.type, r.fhir_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
        [[kind for kind, _ in places], [key for _, key in places]],
    )


def count_groups(person: UUID, types: Collection[str]) -> list[tuple[str, str, list[str], int]]:
    """As `groups`, with how many records each has."""
    where, parameters = _where(person, types, ())
    query = f"SELECT r.type, r.category, r.labels, count(*) FROM records_resource r {where} GROUP BY 1, 2, 3"
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def count_groups_at(
    tenants: Collection[UUID], person: UUID, types: Collection[str]
) -> dict[UUID, list[tuple[str, str, list[str], int]]]:
    """As `count_groups`, by tenant, at several tenants; in the person's own scope (`ledger.scope.party_scope`)."""
    found: dict[UUID, list[tuple[str, str, list[str], int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COUNT_AT, [list(tenants), person, list(types)])
        for tenant, *group in cursor.fetchall():
            found.setdefault(tenant, []).append(tuple(group))
    return found


def page(
    whose: Whose,
    types: Collection[str],
    conditions: Sequence[Condition],
    *,
    permitted: Collection[str] | None,
    order: Order,
    after: Place | None,
    limit: int,
) -> Page:
    """The records of these groups in order, behind `after`, at most `limit`. `permitted` None: of every group."""
    where, parameters = _where(whose, types, conditions)
    if permitted is not None:
        where += f" AND {_GROUP} = ANY(%s)"
        parameters.append(list(permitted))
    direction = "ASC" if order.ascending else "DESC"
    if after:
        where += f" AND ({order.sql}, r.fhir_id) {'>' if order.ascending else '<'} "
        where += "(coalesce(%s, '-infinity'::timestamptz), %s)"
        parameters += [after.key, after.id]
    tail = f"ORDER BY {order.sql} {direction}, r.fhir_id {direction} LIMIT %s"
    query = f"SELECT {COLUMNS}, nullif({order.sql}, '-infinity') {CURRENT} {where} {tail}"
    with connection.cursor() as cursor:
        cursor.execute(query, [*parameters, limit + 1])
        found = cursor.fetchall()
    rows = [stored(row[:-1]) for row in found[:limit]]
    last = (
        Place(order.name, found[limit - 1][-1], rows[-1].header.id) if len(found) > limit and rows else None
    )
    return Page(rows, last)


def count(
    person: UUID | None,
    types: Collection[str],
    conditions: Sequence[Condition],
    *,
    permitted: Collection[str] | None,
) -> int:
    """How many records of these groups fit."""
    where, parameters = _where(person, types, conditions)
    if permitted is not None:
        where += f" AND {_GROUP} = ANY(%s)"
        parameters.append(list(permitted))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM records_resource r {where}", parameters)
        return int(cursor.fetchone()[0])


def at_places(
    person: UUID | None, places: Collection[tuple[str, str]], *, permitted: Collection[tuple[str, str]] | None
) -> list[Stored]:
    """Those of these records (type, id) that are there, of this person or of the directory, in permitted groups."""
    kinds = sorted({kind for kind, _ in places})
    where, parameters = _where(person, kinds, ())
    join = (
        "JOIN unnest(%s::text[], %s::text[]) AS w(type, fhir_id) ON w.type = r.type AND w.fhir_id = r.fhir_id"
    )
    wanted: list[Any] = [[kind for kind, _ in places], [key for _, key in places]]
    if permitted is not None:
        join += (
            f" JOIN unnest(%s::text[], %s::text[]) AS p(type, name) ON p.type = r.type AND p.name = {_GROUP}"
        )
        wanted += [[kind for kind, _ in permitted], [name for _, name in permitted]]
    query = f"SELECT {COLUMNS} {CURRENT} {join} {where} ORDER BY r.type, r.fhir_id LIMIT {MOST_INCLUDED}"
    with connection.cursor() as cursor:
        cursor.execute(query, [*wanted, *parameters])
        return [stored(row) for row in cursor.fetchall()]


def behind(
    person: UUID,
    permitted: Collection[tuple[str, str]],
    conditions: Sequence[Condition],
    *,
    since: datetime | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[tuple[UUID, Stored]]:
    """A person's records of all these (type, group), in the order of their rows: which row, and what it holds."""
    join = f"JOIN unnest(%s::text[], %s::text[]) AS p(type, name) ON p.type = r.type AND p.name = {_GROUP}"
    where, parameters = _where(person, sorted({kind for kind, _ in permitted}), conditions)
    wanted: list[Any] = [[kind for kind, _ in permitted], [name for _, name in permitted], *parameters]
    if since is not None:
        where, wanted = f"{where} AND v.created > %s", [*wanted, since]
    if after is not None:
        where, wanted = f"{where} AND r.id > %s", [*wanted, after]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.id, {COLUMNS} {CURRENT} {join} {where} ORDER BY r.id LIMIT %s", [*wanted, limit]
        )
        return [(row[0], stored(row[1:])) for row in cursor.fetchall()]


def newest(
    person: UUID,
    *,
    permitted: Collection[tuple[str, str]],
    each: int,
    conditions: Sequence[Condition] = (),
) -> list[Stored]:
    """The newest records of these (type, group), at most `each` of a category."""
    types, groups_of_types = [name for name, _ in permitted], [group for _, group in permitted]
    where, parameters = _where(person, sorted(set(types)), conditions)
    ranked = (
        f"SELECT r.tenant_id, r.type, r.fhir_id, row_number() OVER "
        f"(PARTITION BY r.category ORDER BY {_PLACE} DESC, r.fhir_id DESC) AS rank "
        f"FROM records_resource r JOIN unnest(%s::text[], %s::text[]) AS p(type, name) "
        f"ON p.type = r.type AND p.name = {_GROUP} {where}"
    )
    query = (
        f"WITH k AS ({ranked}) SELECT {COLUMNS} {CURRENT} "
        f"JOIN k ON k.tenant_id = r.tenant_id AND k.type = r.type AND k.fhir_id = r.fhir_id "
        f"WHERE k.rank <= %s ORDER BY r.category, {_PLACE} DESC, r.fhir_id DESC"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [types, groups_of_types, *parameters, each])
        return [stored(row) for row in cursor.fetchall()]


def found_by_all(digests: Collection[bytes], limit: int) -> list[tuple[str, str]]:
    """(type, id) of the resources that bear all of these tokens."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND_BY_ALL, [current_tenant(), list(digests), len(digests), limit])
        return list(cursor.fetchall())


def group_name(category: str, labels: Collection[str]) -> str:
    """A group as `_GROUP` spells it."""
    return f"{category}:{','.join(sorted(labels))}"


def _where(whose: Whose, types: Collection[str], conditions: Sequence[Condition]) -> tuple[str, list[Any]]:
    owner, parameters = _owned(whose)
    clauses = [
        "r.tenant_id = %s",
        owner,
        "r.type = ANY(%s)",
        "NOT r.deleted",
        *(one.sql for one in conditions),
    ]
    values = [current_tenant(), *parameters, list(types)]
    return f"WHERE {' AND '.join(clauses)}", [
        *values,
        *(value for one in conditions for value in one.parameters),
    ]


def _owned(whose: Whose) -> tuple[str, list[Any]]:
    if whose is None:
        return "r.person IS NULL", []
    if whose == ANYBODY:
        return "r.person IS NOT NULL", []
    if isinstance(whose, UUID):
        return "r.person = %s", [whose]
    return "r.person = ANY(%s)", [list(whose)]


def stored(row: Sequence[Any]) -> Stored:
    """A row of `COLUMNS`, in the tenant's scope."""
    (
        person,
        kind,
        fhir_id,
        version,
        category,
        labels,
        date,
        until,
        author,
        sealed,
        digest,
        created,
        deleted,
    ) = row
    clear = (category, tuple(labels), date, until, author, deleted)
    header = Header(current_tenant(), person, kind, fhir_id, version, *clear)
    return Stored(header, bytes(sealed), bytes(digest), created)
