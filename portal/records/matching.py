"""What a search asks of each record, as SQL over `r` (records_resource)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.records import dates, searchable
from portal.records.index import BEGINNING, digest
from portal.records.storage import Condition, Order

DATE = re.compile(r"(eq|ne|ge|le|gt|lt|sa|eb|ap)?(.+)\Z")
Spans = Sequence[tuple[str, dates.Span]]

# A record's span [start, until) against the one that the value names (FHIR R4, 3.1.1.4.5): `eq` contains it.
_BY_PREFIX = {
    "eq": "({start} >= %(start)s AND {until} <= %(end)s)",
    "ne": "NOT ({start} >= %(start)s AND {until} <= %(end)s)",
    "ge": "{until} > %(start)s",
    "le": "{start} < %(end)s",
    "gt": "{until} > %(end)s",
    "lt": "{start} < %(start)s",
    "sa": "{start} >= %(end)s",
    "eb": "{until} <= %(start)s",
    "ap": "({start} < %(end)s AND {until} > %(start)s)",
}
_HASHED = (
    "EXISTS (SELECT FROM records_token t WHERE t.tenant_id = r.tenant_id AND t.resource = r.id "
    "AND t.digest = ANY(%s))"
)
_SPAN = (
    "EXISTS (SELECT FROM records_span s WHERE s.tenant_id = r.tenant_id AND s.resource = r.id "
    "AND s.parameter = %s{more})"
)
_VERSION = (
    "EXISTS (SELECT FROM records_version u WHERE u.tenant_id = r.tenant_id AND u.type = r.type "
    "AND u.fhir_id = r.fhir_id AND u.version = r.version AND {more})"
)
_HAPPENED = "coalesce(r.date, '-infinity')"
_FIRST_SPAN = (
    "coalesce((SELECT min(s.start) FROM records_span s WHERE s.tenant_id = r.tenant_id AND s.resource = r.id "
    "AND s.parameter = '{name}'), '-infinity')"
)


@dataclass(frozen=True)
class Wanted:
    """One parameter of a search. Any of its values fits."""

    name: str
    values: Sequence[Any] = ()

    def condition(self, key: bytes, type_name: str) -> Condition:
        raise NotImplementedError


class Tokens(Wanted):
    """Values that the index hashes."""

    def condition(self, key: bytes, type_name: str) -> Condition:
        return Condition(_HASHED, [[digest(key, type_name, self.name, value) for value in self.values]])


class Beginning(Wanted):
    """Names of patients: whole, or by their first letters; the rest is compared with the open record."""

    def condition(self, key: bytes, type_name: str) -> Condition:
        spelled = {
            *self.values,
            *(f"{value[:BEGINNING]}*" for value in self.values if len(value) >= BEGINNING),
        }
        return Condition(_HASHED, [[digest(key, type_name, self.name, value) for value in spelled]])


@dataclass(frozen=True)
class InCategory(Wanted):
    """FHIR's category codes, or ours."""

    ours: Sequence[str] = ()

    def condition(self, key: bytes, type_name: str) -> Condition:
        tokens = Tokens(self.name, self.values).condition(key, type_name)
        if not self.ours:
            return tokens
        return Condition(f"(r.category = ANY(%s) OR {tokens.sql})", [list(self.ours), *tokens.parameters])


class During(Wanted):
    """Times that the index keeps."""

    def condition(self, key: bytes, type_name: str) -> Condition:
        sql, values = _within("s.start", "s.until", self.values)
        return Condition(_SPAN.format(more=f" AND {sql}"), [self.name, *values])


class Happened(Wanted):
    """When it happened, as decisions read it."""

    def condition(self, key: bytes, type_name: str) -> Condition:
        return Condition(*_within("r.date", "r.until", self.values))


class Updated(Wanted):
    """When the present version was stored."""

    def condition(self, key: bytes, type_name: str) -> Condition:
        sql, values = _within("u.created", "u.created", self.values)
        return Condition(_VERSION.format(more=sql), values)


@dataclass(frozen=True)
class Missing(Wanted):
    """Whether there is no such time."""

    missing: bool = True

    def condition(self, key: bytes, type_name: str) -> Condition:
        return Condition(f"{'NOT ' if self.missing else ''}{_SPAN.format(more='')}", [self.name])


def sorts(type_name: str) -> list[str]:
    """What records of a type can be put in order by."""
    spans = [one.name for one in searchable.parameters_of(type_name).values() if one.kind == "date"]
    return sorted({*searchable.SORTS, *spans})


def order(type_name: str, sort: str, *, ascending: bool) -> Order:
    """The order of a search. `date` is when it happened, for every type."""
    by_name = {"date": _HAPPENED, "_lastUpdated": "v.created", "_id": "'-infinity'::timestamptz"}
    return Order(sort, by_name.get(sort) or _FIRST_SPAN.format(name=sort), ascending)


def _within(start: str, until: str, spans: Spans) -> tuple[str, list[Any]]:
    """Any of these, as SQL over the columns `start` and `until`."""
    parts, values = [], []
    for prefix, span in spans:
        template = _BY_PREFIX[prefix].format(start=start, until=until)
        values += [getattr(span, name) for name in re.findall(r"%\((start|end)\)s", template)]
        parts.append(re.sub(r"%\((start|end)\)s", "%s", template))
    return f"({' OR '.join(parts)})", values
