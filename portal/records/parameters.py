"""The search parameters that are served, and what they mean in the index."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from portal.records import categories, dates, index
from portal.records.errors import InvalidSearch
from portal.records.kinds import KINDS
from portal.records.primitives import ID
from portal.records.storage import Condition, Place

PAGE = 50
LONGEST_PAGE = 200
TOKENS = frozenset({"code", "status", "identifier", "name"})
SERVED = TOKENS | {"patient", "subject", "category", "date", "_id", "_count", "_cursor", "_sort"}
_DATE = re.compile(r"(eq|ge|le|gt|lt)?(.+)\Z")
_BY_PREFIX = {
    "eq": "r.date < %(end)s AND r.until > %(start)s",
    "ge": "r.until > %(start)s",
    "le": "r.date < %(end)s",
    "gt": "r.until > %(end)s",
    "lt": "r.date < %(start)s",
}


@dataclass
class Query:
    """A search in the terms of the index."""

    type: str
    patient: str = ""
    ids: tuple[str, ...] | None = None  # None: any; empty: no record has them all
    categories: frozenset[str] | None = None  # our slugs; None: any; empty: no record is in them all
    named: frozenset[str] = frozenset()  # every slug that was named
    values: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # each: any of these
    spans: list[tuple[str, dates.Span]] = field(default_factory=list)
    count: int = PAGE
    ascending: bool = False
    after: Place | None = None

    def conditions(self, *, tenant: UUID, person: UUID | None) -> list[Condition]:
        """As SQL over `r`, in the tenant's scope."""
        key = index.key_for(self.type, tenant=tenant, person=person)
        found = [_condition_of(key, self.type, name, values) for name, values in self.values]
        found += [_within(prefix, span) for prefix, span in self.spans]
        if self.ids is not None:
            found.append(Condition("r.fhir_id = ANY(%s)", [list(self.ids)]))
        if self.categories is not None:
            found.append(Condition("r.category = ANY(%s)", [sorted(self.categories)]))
        return found


def parse(type_name: str, parameters: Mapping[str, Sequence[str]]) -> Query:
    """The query that FHIR search parameters ask for. Raises InvalidSearch or UnknownCategory."""
    query = Query(type_name)
    for name, values in parameters.items():
        if name not in SERVED:
            known = ", ".join(sorted(SERVED - {"_cursor"}))
            raise InvalidSearch(
                f"The parameter {name[:40]!r} is not served. Use: {known}.", expression=name[:40]
            )
        for value in values:
            if not value or len(value) > 1000 or "\x00" in value:
                raise InvalidSearch(f"The parameter {name} has no usable value.", expression=name)
            _add(query, name, value)
    return query


def cursor_of(place: Place) -> str:
    """Where the next page begins, opaque."""
    written = json.dumps([place.date.isoformat() if place.date else None, place.id])
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _add(query: Query, name: str, value: str) -> None:
    if name in {"patient", "subject"}:
        query.patient = _patient(value, query.patient)
    elif name == "_id":
        query.ids = tuple(key for key in value.split(",") if query.ids is None or key in query.ids)
    elif name == "category":
        _add_category(query, value)
    elif name == "date":
        query.spans.append(_date(value))
    elif name == "_count":
        query.count = _count(value)
    elif name == "_sort":
        if value not in {"date", "-date"}:
            raise InvalidSearch("_sort is served by date and -date.", expression="_sort")
        query.ascending = value == "date"
    elif name == "_cursor":
        query.after = _place(value)
    else:
        words = value.split(",")
        query.values.append((name, tuple(map(index.folded, words)) if name == "name" else tuple(words)))


def _patient(value: str, before: str) -> str:
    kind, slash, key = value.rpartition("/")
    if not ID.match(key) or (slash and kind != "Patient") or before not in ("", key):
        raise InvalidSearch("patient names one patient, as an id or as Patient/id.", expression="patient")
    return key


def _add_category(query: Query, value: str) -> None:
    """Narrow to our categories; what is a category of FHIR only (such as `survey`) is left to the index as well."""
    if KINDS[query.type].directory:
        raise InvalidSearch("Entries of the directory have no category.", expression="category")
    words = value.split(",")
    slugs = frozenset(categories.narrowed(query.type, word) for word in words)
    query.named |= slugs
    query.categories = slugs if query.categories is None else query.categories & slugs
    codes = [word.rpartition("|")[2] for word in words]
    if not any(categories.is_ours(code) for code in codes):
        query.values.append(("category", tuple(codes)))


def _date(value: str) -> tuple[str, dates.Span]:
    match = _DATE.match(value)
    try:
        return (match[1] or "eq", dates.span(match[2])) if match else ("", dates.span(""))
    except (ValueError, OverflowError):
        message = "date is a FHIR date, with eq, ge, le, gt or lt before it, such as ge2021-03."
        raise InvalidSearch(message, expression="date") from None


def _count(value: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", value):
        raise InvalidSearch(f"_count is a number from 1 to {LONGEST_PAGE}.", expression="_count")
    return min(int(value), LONGEST_PAGE)


def _place(value: str) -> Place:
    try:
        date, key = json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
        return Place(datetime.fromisoformat(date) if date else None, _checked(key))
    except (ValueError, TypeError, binascii.Error):
        message = "This cursor is not one that was given. Follow the link of the page before."
        raise InvalidSearch(message, expression="_cursor") from None


def _checked(key: object) -> str:
    if not isinstance(key, str) or not ID.match(key):
        raise ValueError("not an id")
    return key


def _condition_of(key: bytes, type_name: str, name: str, values: Sequence[str]) -> Condition:
    digests = [index.digest(key, type_name, name, value) for value in values]
    sql = (
        "EXISTS (SELECT FROM records_token t WHERE t.tenant_id = r.tenant_id AND t.resource = r.id "
        "AND t.digest = ANY(%s))"
    )
    return Condition(sql, [digests])


def _within(prefix: str, span: dates.Span) -> Condition:
    """A record's span [date, until) against the span that the value names (FHIR R4, 3.1.1.4.8)."""
    template = _BY_PREFIX[prefix]
    order = re.findall(r"%\((start|end)\)s", template)
    return Condition(re.sub(r"%\((start|end)\)s", "%s", template), [getattr(span, name) for name in order])
