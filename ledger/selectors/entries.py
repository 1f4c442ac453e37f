"""Finding entries. What is only for replay stays closed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger import pseudonyms
from ledger.errors import UnknownEntry
from ledger.scope import current_tenant
from ledger.selectors.opening import (
    CHECKPOINTED,
    STORED_COLUMNS,
    WAITING_COLUMNS,
    Entry,
    Stored,
    Waiting,
    open_stored,
    open_waiting,
)
from ledger.selectors.rows import query

STORED = f"SELECT {STORED_COLUMNS} FROM ledger_entry WHERE tenant_id = %s"  # noqa: S608 - constants
WAITING = f"SELECT {WAITING_COLUMNS} FROM ledger_submission WHERE tenant_id = %s"  # noqa: S608

# A person's entries and the size of the newest checkpoint, in one statement: a page asks for them at each organisation.
# One snapshot sees an entry as waiting or as stored, never as both and never as neither.
OF_SUBJECT = f"""
SELECT {STORED_COLUMNS}, ({CHECKPOINTED}), NULL::bigint FROM ledger_entry
WHERE tenant_id = %s AND subject = %s{{condition}} ORDER BY subject_index DESC LIMIT %s"""  # noqa: S608
AS_STORED = """
SELECT id, NULL::bigint, type, time, actor, subject, NULL::bigint, NULL::bytea, NULL::bytea, body, NULL::bigint, seq
FROM ledger_submission WHERE tenant_id = %s"""
WAITING_OF_SUBJECT = f"{AS_STORED} AND subject = %s{{condition}} ORDER BY seq DESC LIMIT %s"
OF_EACH = (
    "SELECT * FROM ledger_subject_entries_each(%s::uuid[], %s::text[], %s::bigint[], %s::text[], %s::int)"
)
BY_IDS = f"""
SELECT {STORED_COLUMNS}, ({CHECKPOINTED}), NULL::bigint FROM ledger_entry WHERE tenant_id = %s AND index = ANY (ARRAY(
  SELECT index FROM ledger_sequenced WHERE tenant_id = %s AND submission_id = ANY(%s)))
UNION ALL ({AS_STORED} AND id = ANY(%s))"""  # noqa: S608

# Times never fall with the index, so that the end of a span of time is found by halving.
FIRST_AT = """
WITH RECURSIVE halved(low, high) AS (
  SELECT 0::bigint, COALESCE(max(index), -1) + 1 FROM ledger_entry WHERE tenant_id = %(tenant)s
  UNION ALL
  SELECT CASE WHEN at.time < %(since)s THEN middle + 1 ELSE low END,
    CASE WHEN at.time < %(since)s THEN high ELSE middle END
  FROM halved CROSS JOIN LATERAL (SELECT (low + high) / 2) AS half(middle) CROSS JOIN LATERAL (
    SELECT (SELECT time FROM ledger_entry WHERE tenant_id = %(tenant)s AND index = middle)) AS at(time)
  WHERE low < high
)
SELECT low FROM halved WHERE low >= high
"""


def entry(id: UUID) -> Entry:  # noqa: A002 - the field's own name
    """One entry by its submission's id. Raises UnknownEntry."""
    found = entries([id])
    if not found:
        raise UnknownEntry("This log has no entry with that id. Check the id and the organisation.")
    return found[0]


def entries(ids: Collection[UUID]) -> list[Entry]:
    """Those of these entries that are in the log, by their submissions' ids; in no order."""
    tenant, wanted = current_tenant(), list(ids)
    return _opened(query(BY_IDS, [tenant, tenant, tenant, wanted, tenant, wanted])) if wanted else []


def subject_entries(
    *,
    subject: UUID,
    types: Collection[str] | None = None,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """A person's entries, newest first, those that still wait for their index ahead of all.

    `before` and `after` are `subject_index`es, exclusive; a page that starts `before` one holds none that wait.
    """
    name = pseudonyms.find(subject)
    if name is None:
        return []
    tenant = current_tenant()
    condition, values = _of_types(*_within("subject_index", before, after), types)
    statement, parameters = OF_SUBJECT.format(condition=condition), [tenant, tenant, name, *values, limit]
    if before is None:
        condition, values = _of_types("", [], types)
        statement = f"({statement}) UNION ALL ({WAITING_OF_SUBJECT.format(condition=condition)})"
        parameters += [tenant, name, *values, limit]
    return _opened(query(statement, parameters))[:limit]


def subject_entries_each(
    *, subject: UUID, before: Mapping[UUID, int | None], types: Collection[str], limit: int
) -> dict[UUID, list[Entry]]:
    """As `subject_entries`, in the logs of several tenants by one statement, in the scope of a party.

    `before`: for each tenant a `subject_index`, exclusive, or None to begin with what waits.
    """
    names = {each: name for each in before if (name := pseudonyms.find(subject, tenant=each))}
    bounds = [before[each] for each in names]
    rows: dict[UUID, list[Sequence[Any]]] = {}
    for tenant, *row in query(OF_EACH, [list(names), list(names.values()), bounds, list(types), limit]):
        rows.setdefault(tenant, []).append(row)
    return {each: _opened(rows.get(each, ()), each)[:limit] for each in before}


def waiting_entries(*, types: Collection[str] | None = None, limit: int = 50) -> list[Entry]:
    """Entries that still wait for their index, newest first."""
    return _waiting("", [], types, limit)


def search_entries(
    *,
    types: Collection[str] | None = None,
    actor: UUID | str | None = None,
    subject: UUID | str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before_index: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Sequenced entries, newest first; `since` included, `until` and `before_index` excluded. A party is given by its
    id, or by what the log calls it."""
    first = first_at(since) - 1 if since else None
    ends = [end for end in (before_index, first_at(until) if until else None) if end is not None]
    condition, values = _within("index", min(ends, default=None), first)
    for column, party in (("actor", actor), ("subject", subject)):
        if party is None:
            continue
        name = party if isinstance(party, str) else pseudonyms.find(party)
        if name is None:
            return []
        condition, values = f"{condition} AND {column} = %s", [*values, name]
    return _stored(condition, values, types, "index", limit)


def _opened(rows: Sequence[Sequence[Any]], tenant: UUID | None = None) -> list[Entry]:
    """Rows of OF_SUBJECT and WAITING_OF_SUBJECT, or of BY_IDS, opened: what waits first, each kind newest first."""
    stored, waiting = [], []
    for *row, published, seq in rows:
        each = Stored(*row)
        if seq is None:
            stored.append((published, each))
        else:
            waiting.append((seq, Waiting(each.id, each.type, each.actor, each.subject, each.time, each.body)))
    waiting.sort(key=lambda each: each[0], reverse=True)
    stored.sort(key=lambda each: each[1].subject_index or 0, reverse=True)
    opened = open_waiting([each for _, each in waiting], tenant=tenant)
    if stored:
        opened += open_stored([each for _, each in stored], published=int(stored[0][0]), tenant=tenant)
    return opened


def _stored(
    condition: str, values: Sequence[object], types: Collection[str] | None, order: str, limit: int
) -> list[Entry]:
    condition, values = _of_types(condition, values, types)
    statement = f"{STORED}{condition} ORDER BY {order} DESC LIMIT %s"
    return open_stored([Stored(*row) for row in query(statement, [current_tenant(), *values, limit])])


def _waiting(
    condition: str, values: Sequence[object], types: Collection[str] | None, limit: int
) -> list[Entry]:
    condition, values = _of_types(condition, values, types)
    statement = f"{WAITING}{condition} ORDER BY seq DESC LIMIT %s"
    return open_waiting([Waiting(*row) for row in query(statement, [current_tenant(), *values, limit])])


def _of_types(
    condition: str, values: Sequence[object], types: Collection[str] | None
) -> tuple[str, list[object]]:
    if types is None:
        return condition, list(values)
    return f"{condition} AND type = ANY(%s)", [*values, list(types)]


def _within(column: str, before: int | None, after: int | None) -> tuple[str, list[object]]:
    bounds = [(f" AND {column} < %s", before), (f" AND {column} > %s", after)]
    given = [(condition, value) for condition, value in bounds if value is not None]
    return "".join(condition for condition, _ in given), [value for _, value in given]


def first_at(time: datetime) -> int:
    """The index of the first entry at or after `time`; the size of the log if there is none."""
    return int(query(FIRST_AT, {"tenant": current_tenant(), "since": time})[0][0])
