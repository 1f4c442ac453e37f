# ruff: noqa: S608 - the statements are put together from constants of this package; values are always parameters
"""What there is of a person's records, without opening any: the groups that decisions tell apart, and their sizes."""

from collections.abc import Collection, Sequence
from uuid import UUID

from ledger.scope import current_tenant
from portal.records.sealed import Header
from portal.records.storage.conditions import GROUP, Condition, selection
from portal.records.storage.fetching import fetch

COUNT_AT = """
SELECT r.tenant_id, r.type, r.category, r.labels, count(*) FROM records_resource r
WHERE r.tenant_id = ANY(%s) AND r.person = %s AND r.type = ANY(%s) AND NOT r.deleted GROUP BY 1, 2, 3, 4
"""


def groups(
    person: UUID, types: Collection[str], conditions: Sequence[Condition]
) -> list[tuple[str, str, list[str]]]:
    """The distinct (type, category, labels) among a person's records that a search would find."""
    where, parameters = selection(person, types, conditions)
    query = f"SELECT DISTINCT r.type, r.category, r.labels FROM records_resource r {where}"
    return [(kind, category, labels) for kind, category, labels in fetch(query, parameters)]


def headers(person: UUID, types: Collection[str], conditions: Sequence[Condition]) -> list[Header]:
    """The clear columns of each record that a search would find: for contracts that tell single records apart."""
    where, parameters = selection(person, types, conditions)
    columns = "r.person, r.type, r.fhir_id, r.version, r.category, r.labels, r.date, r.until, r.author"
    tenant, rows = current_tenant(), fetch(f"SELECT {columns} FROM records_resource r {where}", parameters)
    return [
        Header(tenant, person, kind, key, version, category, tuple(labels), date, until, author)
        for person, kind, key, version, category, labels, date, until, author in rows
    ]


def count_groups(person: UUID, types: Collection[str]) -> list[tuple[str, str, list[str], int]]:
    """As `groups`, with how many records each has."""
    where, parameters = selection(person, types, ())
    query = f"SELECT r.type, r.category, r.labels, count(*) FROM records_resource r {where} GROUP BY 1, 2, 3"
    return [(kind, category, labels, size) for kind, category, labels, size in fetch(query, parameters)]


def count_groups_at(
    tenants: Collection[UUID], person: UUID, types: Collection[str]
) -> dict[UUID, list[tuple[str, str, list[str], int]]]:
    """As `count_groups`, by tenant, at several tenants; in the person's own scope (`ledger.scope.party_scope`)."""
    found: dict[UUID, list[tuple[str, str, list[str], int]]] = {}
    for tenant, kind, category, labels, size in fetch(COUNT_AT, [list(tenants), person, list(types)]):
        found.setdefault(tenant, []).append((kind, category, labels, size))
    return found


def count(
    person: UUID | None,
    types: Collection[str],
    conditions: Sequence[Condition],
    *,
    permitted: Collection[str] | None,
) -> int:
    """How many records of these groups fit."""
    where, parameters = selection(person, types, conditions)
    if permitted is not None:
        where += f" AND {GROUP} = ANY(%s)"
        parameters.append(list(permitted))
    ((found,),) = fetch(f"SELECT count(*) FROM records_resource r {where}", parameters)
    return int(found)
