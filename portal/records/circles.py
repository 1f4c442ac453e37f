"""Records that would stand above and below one another: part of each other, based on each other. Pure."""

from collections.abc import Mapping, Sequence

from portal.records.categories import references
from portal.records.errors import InvalidResource
from portal.records.preparing import Prepared, within

# Elements by which a record says that another one came before it, or holds it.
ABOVE = ("partOf", "basedOn", "replaces", "derivedFrom", "hasMember")


def refuse_circles(prepared: Sequence[Prepared]) -> None:
    """Raise InvalidResource if a record that is to be stored would lead to itself through others of the same bundle."""
    for element in ABOVE:
        leads = {f"{one.type}/{one.id}": list(references(one.resource, element)) for one in prepared}
        for one in prepared:
            if _returns(f"{one.type}/{one.id}", leads):
                where = f"{one.type}.{element}"
                raise within(
                    one.entry, InvalidResource(f"{where} leads back to the record itself.", expression=where)
                )


def _returns(start: str, leads: Mapping[str, Sequence[str]]) -> bool:
    waiting, seen = list(leads[start]), set()
    while waiting:
        place = waiting.pop()
        if place == start:
            return True
        if place not in seen:
            seen.add(place)
            waiting += leads.get(place, ())
    return False
