"""References into the resource itself: what is contained is referred to, and what is referred to is contained. Pure.

FHIR R4, ref-1 and dom-3.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from portal.records.elements import objects


def fault_of(resource: Mapping[str, Any]) -> tuple[str, str] | None:
    """The path of the element at fault and what is wrong with it; None if nothing is."""
    name, held = resource["resourceType"], resource.get("contained", ())
    named = [f"#{one['id']}" for one in held if "id" in one]
    known = set(named)
    if len(known) < len(
        named
    ):  # one of two Patients would be compared with whose record it is, and the other read
        return f"{name}.contained", "contains two resources of one id"
    if not held and not any(_fragments(one) for one in objects(resource)):
        return None
    used = set()
    for path, reference in _local(resource, name):
        if reference not in known and reference != "#":
            return path, "leads to nothing that the resource contains (ref-1)"
        used.add(reference)
    for index, one in enumerate(held):
        outwards = any(reference == "#" for _, reference in _local(one, ""))
        if f"#{one.get('id')}" not in used and not outwards:
            return f"{name}.contained[{index}]", "is contained and nothing refers to it (dom-3)"
    return None


def _local(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every reference to a fragment, and every uri that is one, with its path."""
    if isinstance(value, Mapping):
        yield from ((f"{path}.{key}", value[key]) for key in _fragments(value))
        for key, child in value.items():
            yield from _local(child, f"{path}.{key}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _local(child, f"{path}[{index}]")


def _fragments(one: Mapping[str, Any]) -> list[str]:
    """The elements of an object that lead to a fragment."""
    return [key for key in _LEADING & one.keys() if str(one[key]).startswith("#")]


# A canonical or a uri may point into the resource as well as a reference.
_LEADING = frozenset(
    {"reference", "valueUri", "valueUrl", "valueCanonical", "questionnaire", "instantiatesCanonical"}
)
