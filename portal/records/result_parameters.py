"""The parameters of a search that say how its answer is to look: how much, in what order, with what along."""

import re

from portal.records import cursors, matching, searchable
from portal.records.errors import InvalidSearch
from portal.records.query import LONGEST_PAGE, Query
from portal.records.searchable import Parameter

OF_THE_RESULT = frozenset({"_count", "_cursor", "_sort", "_total", "_include", "_revinclude"})


def add_of_result(query: Query, name: str, value: str) -> None:
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


def _count(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value):
        raise InvalidSearch(f"_count is a number from 0 to {LONGEST_PAGE}.", expression="_count")
    return min(int(value), LONGEST_PAGE)
