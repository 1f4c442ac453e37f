# ruff: noqa: S608 - the statements are put together from constants of this package; values are always parameters
"""Records in an order, a page at a time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from ledger.scope import current_tenant
from portal.records.sealed import Stored
from portal.records.storage.conditions import GROUP, Condition, Whose, selection
from portal.records.storage.fetching import fetch
from portal.records.storage.rows import COLUMNS, CURRENT, stored

_PLACE = "coalesce(r.date, '-infinity')"


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
    where, parameters = selection(whose, types, conditions)
    if permitted is not None:
        where += f" AND {GROUP} = ANY(%s)"
        parameters.append(list(permitted))
    direction = "ASC" if order.ascending else "DESC"
    if after:
        where += f" AND ({order.sql}, r.fhir_id) {'>' if order.ascending else '<'} "
        where += "(coalesce(%s, '-infinity'::timestamptz), %s)"
        parameters += [after.key, after.id]
    tail = f"ORDER BY {order.sql} {direction}, r.fhir_id {direction} LIMIT %s"
    query = f"SELECT {COLUMNS}, nullif({order.sql}, '-infinity') {CURRENT} {where} {tail}"
    tenant, found = current_tenant(), fetch(query, [*parameters, limit + 1])
    rows = [stored(row[:-1], tenant) for row in found[:limit]]
    last = (
        Place(order.name, found[limit - 1][-1], rows[-1].header.id) if len(found) > limit and rows else None
    )
    return Page(rows, last)


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
    join = f"JOIN unnest(%s::text[], %s::text[]) AS p(type, name) ON p.type = r.type AND p.name = {GROUP}"
    where, parameters = selection(person, sorted({kind for kind, _ in permitted}), conditions)
    wanted: list[Any] = [[kind for kind, _ in permitted], [name for _, name in permitted], *parameters]
    if since is not None:
        where, wanted = f"{where} AND v.created > %s", [*wanted, since]
    if after is not None:
        where, wanted = f"{where} AND r.id > %s", [*wanted, after]
    query = f"SELECT r.id, {COLUMNS} {CURRENT} {join} {where} ORDER BY r.id LIMIT %s"
    tenant = current_tenant()
    return [(row[0], stored(row[1:], tenant)) for row in fetch(query, [*wanted, limit])]


class Extent(NamedTuple):
    """How much of a record: of a category at most `most`, after its `skip` newest; and the `latest` of all of it."""

    most: Mapping[str, int]
    skip: int = 0
    latest: int = 0


class Newest(NamedTuple):
    """Rows, and of which (tenant, category) there are older ones than these."""

    rows: list[Stored]
    more: set[tuple[UUID, str]]


def newest(
    person: UUID,
    *,
    permitted: Mapping[UUID, Collection[tuple[str, str]]],
    extent: Extent,
    conditions: Sequence[Condition] = (),
) -> Newest:
    """The newest records of the (type, group) that each tenant permits, by tenant and category. In the scope of the
    tenant, or, if there are several, in that of the person."""
    groups = [(tenant, *group) for tenant, those in permitted.items() for group in those]
    tenants, types, names = zip(*groups, strict=True)
    clauses = ["r.tenant_id = ANY(%s)", "r.person = %s", "r.type = ANY(%s)", "NOT r.deleted"]
    clauses += [one.sql for one in conditions]
    order = f"ORDER BY {_PLACE} DESC, r.fhir_id DESC"
    of_all = f"row_number() OVER ({order})" if extent.latest else "1"
    ranked = (
        f"SELECT r.tenant_id, r.type, r.fhir_id, coalesce(m.most, 0) AS most, {of_all} AS of_all, "
        f"row_number() OVER (PARTITION BY r.tenant_id, r.category {order}) AS rank, "
        f"count(*) OVER (PARTITION BY r.tenant_id, r.category) AS count "
        f"FROM records_resource r JOIN unnest(%s::uuid[], %s::text[], %s::text[]) AS p(tenant, type, name) "
        f"ON p.tenant = r.tenant_id AND p.type = r.type AND p.name = {GROUP} "
        f"LEFT JOIN unnest(%s::text[], %s::int[]) AS m(category, most) ON m.category = r.category "
        f"WHERE {' AND '.join(clauses)}"
    )
    query = (
        f"WITH k AS ({ranked}) SELECT r.tenant_id, k.count, {COLUMNS} {CURRENT} "
        f"JOIN k ON k.tenant_id = r.tenant_id AND k.type = r.type AND k.fhir_id = r.fhir_id "
        f"WHERE k.rank > %s AND (k.rank <= %s + k.most OR k.of_all <= %s) "
        f"ORDER BY r.tenant_id, r.category, {_PLACE} DESC, r.fhir_id DESC"
    )
    most, skip, latest = extent
    asked: list[Any] = [list(tenants), list(types), list(names), list(most), list(most.values())]
    asked += [list(permitted), person, sorted(set(types))]
    asked += [*(value for one in conditions for value in one.parameters), skip, skip, latest]
    rows: list[Stored] = []
    left: dict[tuple[UUID, str], int] = {}
    for tenant, count, *row in fetch(query, asked):
        rows.append(stored(row, tenant))
        part = (tenant, rows[-1].header.category)
        left[part] = left.get(part, count - skip) - 1
    return Newest(rows, {part for part, number in left.items() if number > 0})
