"""From the parameters of a FHIR search to a query in the terms of the index."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from portal.records import categories, cursors, dates, elements, index, matching, searchable
from portal.records.errors import InvalidSearch
from portal.records.kinds import KINDS
from portal.records.primitives import ID
from portal.records.searchable import Parameter
from portal.records.storage import Condition, Order, Place

PAGE = 50
LONGEST_PAGE = 200
OF_THE_RESULT = frozenset({"_count", "_cursor", "_sort", "_total", "_include", "_revinclude"})
MODIFIERS = frozenset({"exact", "missing"})
_UNESCAPED = re.compile(r"(?<!\\),")


@dataclass
class Query:
    """A search in the terms of the index."""

    type: str
    patient: str = ""
    ids: tuple[str, ...] | None = None  # None: any; empty: no record has them all
    named: frozenset[str] = frozenset()  # our categories that were named
    wanted: list[matching.Wanted] = field(default_factory=list)
    beginnings: list[tuple[Parameter, tuple[str, ...]]] = field(default_factory=list)  # of patients' names
    includes: list[Parameter] = field(default_factory=list)
    included_by: list[tuple[str, Parameter]] = field(default_factory=list)
    provenance: bool = False
    count: int = PAGE
    total: bool = False
    sort: str = "date"
    ascending: bool = False
    after: Place | None = None

    def conditions(self, *, tenant: UUID, person: UUID | None) -> list[Condition]:
        """As SQL over `r`, in the tenant's scope."""
        key = index.key_for(self.type, tenant=tenant, person=person)
        found = [one.condition(key, self.type) for one in self.wanted]
        if self.ids is not None:
            found.append(Condition("r.fhir_id = ANY(%s)", [list(self.ids)]))
        return found

    @property
    def order(self) -> Order:
        return matching.order(self.type, self.sort, ascending=self.ascending)

    @property
    def one_id(self) -> str:
        """The one id that is asked for, or ""."""
        return self.ids[0] if self.ids and len(self.ids) == 1 else ""

    def record_number(self) -> str:
        """The record number in `Patient?identifier=[system|]number`, or ""."""
        wanted = [one.values for one in self.wanted if one.name == "identifier"]
        return wanted[0][0].rpartition("|")[2] if len(wanted) == 1 and len(wanted[0]) == 1 else ""


def served(type_name: str) -> frozenset[str]:
    """Every parameter of a search for this type, of whatever sort."""
    return searchable.names_of(type_name) | OF_THE_RESULT


def is_served(type_name: str, name: str) -> bool:
    """Whether a parameter, with its modifier if it has one, is served."""
    bare, _, modifier = name.partition(":")
    return bare in served(type_name) and (not modifier or modifier in MODIFIERS)


def parse(type_name: str, parameters: Mapping[str, Sequence[str]]) -> Query:
    """The query that FHIR search parameters ask for. Raises InvalidSearch or UnknownCategory."""
    query = Query(type_name)
    for name, values in parameters.items():
        if not is_served(type_name, name):
            known = ", ".join(sorted(served(type_name) - {"_cursor"}))
            raise InvalidSearch(
                f"The parameter {name[:40]!r} is not served for {type_name}. Use: {known}.",
                expression=name[:40],
            )
        for value in values:
            if not value or len(value) > 4000 or "\x00" in value:
                raise InvalidSearch(f"The parameter {name} has no usable value.", expression=name)
            _add(query, name, value)
    if query.after and query.after.sort != query.sort:
        raise InvalidSearch(
            "This cursor belongs to another order. Follow the link as it is.", expression="_cursor"
        )
    return query


def _add(query: Query, name: str, value: str) -> None:
    bare, _, modifier = name.partition(":")
    if bare in OF_THE_RESULT:
        _add_of_result(query, name, value)
    elif name in {"patient", "subject"}:
        query.patient = _patient(query, value)
    elif name == "_id":
        query.ids = tuple(key for key in value.split(",") if query.ids is None or key in query.ids)
    elif name == "_lastUpdated":
        query.wanted.append(matching.Updated(name, _dates(name, value)))
    elif modifier == "missing":
        query.wanted.append(_missing(query, bare, value))
    elif name == "category":
        _add_category(query, value)
    else:
        _add_indexed(query, bare, modifier, value)


def _add_indexed(query: Query, name: str, modifier: str, value: str) -> None:
    parameter = searchable.parameters_of(query.type).get(name)
    if modifier:
        raise InvalidSearch(f"{name}:{modifier} is not served.", expression=f"{name}:{modifier}")
    if parameter is None:  # a type for which FHIR has no `date`: when it happened
        query.wanted.append(matching.Happened(name, _dates(name, value)))
    elif parameter.kind == "date":
        query.wanted.append(matching.During(name, _dates(name, value)))
    elif parameter.kind == "name":
        words = tuple(filter(None, map(index.folded, _split(value))))
        query.beginnings.append((parameter, words))
        query.wanted.append(matching.Beginning(name, words))
    else:
        words = tuple(_spelled(parameter, word) for word in _split(value))
        query.wanted.append(matching.Tokens(name, words))


def _spelled(parameter: Parameter, word: str) -> str:
    """A value as the index spells it."""
    if parameter.kind == "string":
        return index.folded(word)[: index.LONGEST]
    if parameter.kind == "code":
        return word.rpartition("|")[2]
    if parameter.kind == "reference":
        target = elements.place(word)
        return f"{parameter.targets[0]}/{target}" if ID.match(target) and parameter.targets else target
    if parameter.kind == "day":
        return _day(parameter.name, word)
    if parameter.kind == "token" and word.endswith("|"):
        message = f"{parameter.name} names a code, as `code` or as `system|code`."
        raise InvalidSearch(message, expression=parameter.name)
    return word


def _day(name: str, word: str) -> str:
    """Such dates are hashed, so that only equality can be asked for."""
    prefix, _ = _date(name, word)
    if prefix != "eq":
        raise InvalidSearch(f"{name} is found by the date itself only, without {prefix}.", expression=name)
    return word.removeprefix("eq")


def _missing(query: Query, name: str, value: str) -> matching.Wanted:
    parameter = searchable.parameters_of(query.type).get(name)
    if parameter is None or parameter.kind != "date" or value not in {"true", "false"}:
        raise InvalidSearch(f"{name}:missing is not served so.", expression=f"{name}:missing")
    return matching.Missing(name, missing=value == "true")


def _add_category(query: Query, value: str) -> None:
    """Our categories narrow by the column that decisions read, FHIR's category codes by the index."""
    words = _split(value)
    ours, codes = set(), []
    for word in words:
        slug = categories.ours(query.type, word)
        if slug:
            ours.add(slug)
        else:
            codes.append(word)
        query.named |= {slug} if slug else categories.narrowed(query.type, word)
    query.wanted.append(matching.InCategory("category", tuple(codes), ours=tuple(sorted(ours))))


def _add_of_result(query: Query, name: str, value: str) -> None:
    if name == "_count":
        query.count = _count(value)
    elif name == "_total":
        if value not in {"none", "estimate", "accurate"}:
            raise InvalidSearch("_total is none, estimate or accurate.", expression="_total")
        query.total = value != "none"
    elif name == "_sort":
        _sort(query, value)
    elif name == "_cursor":
        query.after = cursors.read(value)
    elif name == "_include":
        query.includes.append(_include(query, value))
    elif (name, value) == ("_revinclude", "Provenance:target"):
        query.provenance = True
    elif name == "_revinclude":
        query.included_by.append(_revinclude(query, value))
    else:
        raise InvalidSearch(f"{name} is not served.", expression=name)


def _sort(query: Query, value: str) -> None:
    query.ascending, query.sort = not value.startswith("-"), value.removeprefix("-")
    known = matching.sorts(query.type)
    if query.sort not in known:
        raise InvalidSearch(
            f"_sort takes one of these, with - before it for the last first: {', '.join(known)}.",
            expression="_sort",
        )


def _include(query: Query, value: str) -> Parameter:
    source, _, rest = value.partition(":")
    known = {one.name: one for one in searchable.includes_of(query.type)}
    found = known.get(rest.partition(":")[0])
    if source != query.type or found is None:
        names = ", ".join(f"{query.type}:{name}" for name in known) or "none for this type"
        raise InvalidSearch(f"_include is served by: {names}.", expression="_include")
    return found


def _revinclude(query: Query, value: str) -> tuple[str, Parameter]:
    for source, parameter in searchable.included_by(query.type):
        if value in {f"{source}:{parameter.name}", f"{source}:{parameter.name}:{query.type}"}:
            return source, parameter
    known = [f"{source}:{one.name}" for source, one in searchable.included_by(query.type)]
    names = ", ".join(["Provenance:target", *known])
    raise InvalidSearch(f"_revinclude is served by: {names}.", expression="_revinclude")


def _patient(query: Query, value: str) -> str:
    kind, slash, key = value.rpartition("/")
    if KINDS[query.type].directory:
        raise InvalidSearch("Entries of the directory belong to no patient.", expression="patient")
    if not ID.match(key) or (slash and kind != "Patient") or query.patient not in ("", key):
        raise InvalidSearch("patient names one patient, as an id or as Patient/id.", expression="patient")
    return key


def _dates(name: str, value: str) -> tuple[tuple[str, dates.Span], ...]:
    return tuple(_date(name, word) for word in _split(value))


def _date(name: str, word: str) -> tuple[str, dates.Span]:
    match = matching.DATE.match(word)
    try:
        return (match[1] or "eq", dates.span(match[2])) if match else ("", dates.span(""))
    except (ValueError, OverflowError):
        message = f"{name} is a FHIR date, with eq, ge, le, gt or lt before it, such as ge2021-03."
        raise InvalidSearch(message, expression=name) from None


def _count(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value):
        raise InvalidSearch(f"_count is a number from 0 to {LONGEST_PAGE}.", expression="_count")
    return min(int(value), LONGEST_PAGE)


def _split(value: str) -> list[str]:
    """The alternatives of a value; a comma that is meant is written `\\,`."""
    return [re.sub(r"\\([,|$\\])", r"\1", word) for word in _UNESCAPED.split(value)]
