"""The rules of FHIR R4 that elements impose on one another, as FHIRPath (https://hl7.org/fhir/R4/, CC0). Pure.

`invariants.json` holds those of the types that are kept here, by their keys in the specification. FHIRPath is slow, so
that each says which elements must stand there, which be missing and which codes they must bear (`coded`) before it can
be broken at all; only then is it evaluated. What an expression does not decide is not held against a resource.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fhirpathpy import compile as compiled
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.models import models

from portal.records import dates

_FILE = Path(__file__).with_name("invariants.json")


@dataclass(frozen=True)
class Invariant:
    """`says` completes a sentence that begins with the path of the element."""

    key: str
    on: str
    base: str  # the same in FHIRPath's words
    expression: str
    says: str
    with_all: tuple[str, ...]
    with_any: tuple[str, ...]
    without: tuple[str, ...]
    coded: Mapping[str, Sequence[str]]
    not_coded: Mapping[str, Sequence[str]]

    def broken(self, value: Mapping[str, Any]) -> bool:
        if not all(name in value for name in self.with_all) or any(name in value for name in self.without):
            return False
        if self.with_any and not any(name in value for name in self.with_any):
            return False
        if any(not _bears(value[name], codes) for name, codes in self.coded.items()):
            return False
        if any(_bears(value[name], codes) for name, codes in self.not_coded.items()):
            return False
        return _evaluate(self.expression, self.base, value) == [False]


# In order of time, which FHIRPath as we have it does not compare across time zones: key, type, earlier, later.
_IN_ORDER = {
    "Period": ("per-1", "start", "end"),
    "MedicationDispense": ("mdd-1", "whenPrepared", "whenHandedOver"),
}


def fault_of(name: str, value: Mapping[str, Any]) -> str:
    """What rule of its type an element breaks, as the end of a sentence; "" if none."""
    if name in _IN_ORDER:
        key, earlier, later = _IN_ORDER[name]
        if earlier in value and later in value and not _in_order(value[earlier], value[later]):
            return f"has {earlier} after {later}, or not surely before it ({key})"
    for one in _of(name):
        if one.broken(value):
            return f"{one.says} ({one.key})"
    return ""


def _in_order(first: Any, second: Any) -> bool:
    """Whether the first is surely not after the second. A day and an hour of that day are in no order."""
    one, other = dates.of_element(first), dates.of_element(second)
    if one is None or other is None:
        return True
    alike = min(len(first), len("YYYY-MM-DD") + 1) == min(len(second), len("YYYY-MM-DD") + 1)
    return one.start <= other.start if alike else one.end <= other.start


def _bears(concept: Mapping[str, Any], codes: Sequence[str]) -> bool:
    """Whether a CodeableConcept bears one of these codes, of whichever system."""
    return any(coding.get("code") in codes for coding in concept.get("coding", ()))


def has_rules(name: str) -> bool:
    return name in _IN_ORDER or bool(_of(name))


@cache
def _of(name: str) -> tuple[Invariant, ...]:
    return tuple(one for one in _all() if one.on == name)


@cache
def _all() -> tuple[Invariant, ...]:
    return tuple(
        Invariant(
            key=one["key"],
            on=one["on"],
            base=one.get("base", one["on"]),
            expression=one["expression"],
            says=one["says"],
            with_all=tuple(one.get("with", ())),
            with_any=tuple(one.get("with_any", ())),
            without=tuple(one.get("without", ())),
            coded=one.get("coded", {}),
            not_coded=one.get("not_coded", {}),
        )
        for one in json.loads(_FILE.read_text())
    )


def _evaluate(expression: str, name: str, value: Mapping[str, Any]) -> list[Any]:
    try:
        node = ResourceNode.create_node(value, name)  # type: ignore[no-untyped-call]
        return list(_compiled(expression)(node, {"resource": value}))
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, NotImplementedError):
        return []  # not decided


@cache
def _compiled(expression: str) -> Callable[..., Any]:
    return compiled(expression, models["r4"])
