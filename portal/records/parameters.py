"""From the parameters of a FHIR search to a query in the terms of the index."""

from collections.abc import Mapping, Sequence

from portal.records import categories, index, matching, searchable
from portal.records.errors import InvalidSearch
from portal.records.kinds import KINDS
from portal.records.primitives import ID
from portal.records.query import Query
from portal.records.result_parameters import OF_THE_RESULT, add_of_result
from portal.records.values import spans, spelled, split

MODIFIERS = frozenset({"exact", "missing"})


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
        add_of_result(query, name, value)
    elif name in {"patient", "subject"}:
        query.patient = _patient(query, value)
    elif name == "_id":
        query.ids = tuple(key for key in value.split(",") if query.ids is None or key in query.ids)
    elif name == "_lastUpdated":
        query.wanted.append(matching.Updated(name, spans(name, value)))
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
        query.wanted.append(matching.Happened(name, spans(name, value)))
    elif parameter.kind == "date":
        query.wanted.append(matching.During(name, spans(name, value)))
    elif parameter.kind == "name":
        words = tuple(filter(None, map(index.folded, split(value))))
        query.beginnings.append((parameter, words))
        query.wanted.append(matching.Beginning(name, words))
    else:
        words = tuple(spelled(parameter, word) for word in split(value))
        query.wanted.append(matching.Tokens(name, words))


def _missing(query: Query, name: str, value: str) -> matching.Wanted:
    parameter = searchable.parameters_of(query.type).get(name)
    if parameter is None or parameter.kind != "date" or value not in {"true", "false"}:
        raise InvalidSearch(f"{name}:missing is not served so.", expression=f"{name}:missing")
    return matching.Missing(name, missing=value == "true")


def _add_category(query: Query, value: str) -> None:
    """Our categories narrow by the column that decisions read, FHIR's category codes by the index."""
    words = split(value)
    ours, codes = set(), []
    for word in words:
        slug = categories.ours(query.type, word)
        if slug:
            ours.add(slug)
        else:
            codes.append(word)
        query.named |= {slug} if slug else categories.narrowed(query.type, word)
    query.wanted.append(matching.InCategory("category", tuple(codes), ours=tuple(sorted(ours))))


def _patient(query: Query, value: str) -> str:
    kind, slash, key = value.rpartition("/")
    if KINDS[query.type].directory:
        raise InvalidSearch("Entries of the directory belong to no patient.", expression="patient")
    if not ID.match(key) or (slash and kind != "Patient") or query.patient not in ("", key):
        raise InvalidSearch("patient names one patient, as an id or as Patient/id.", expression="patient")
    return key
