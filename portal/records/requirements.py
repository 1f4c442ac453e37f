"""Which elements of a FHIR type must stand there, and which exclude one another, by the published models. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Choice(NamedTuple):
    """The elements of a choice of types (`value[x]`), each with the one beside it (`_valueString`): of one type at
    most, or exactly one, unless the element `unless` stands there."""

    elements: frozenset[str]
    name: str
    required: bool
    unless: str = ""

    def fault_of(self, value: Mapping[str, Any]) -> str:
        """What is wrong, or ""."""
        there = self.elements & value.keys()
        if len(there) > 1 and len({name.removeprefix("_") for name in there}) > 1:
            return f"has more than one of the elements of {self.name}[x]"
        if not self.required or self.unless in value:
            return ""
        if any(not name.startswith("_") or _excused(value[name]) for name in there):
            return ""
        more = f", nor {self.unless}," if self.unless else ","
        return f"has none of the elements of {self.name}[x]{more} of which one is required"


class Requirements(NamedTuple):
    """`values`: primitive elements, each of which an extension in the element beside it (`_status`) may excuse."""

    elements: frozenset[str]
    values: tuple[str, ...]
    choices: tuple[Choice, ...]

    def fault_of(self, value: Mapping[str, Any]) -> tuple[str, str] | None:
        """The name of the element at fault, or "" for the whole, and what is wrong; None if nothing is."""
        if not value.keys() >= self.elements:
            return min(self.elements - value.keys()), MISSING
        for name in self.values:
            if name not in value and not _excused(value.get(f"_{name}")):
                return name, MISSING
        for choice in self.choices:
            if problem := choice.fault_of(value):
                return "", problem
        return None


MISSING = "is missing an element that is required"


def requirements_of(model: Any) -> Requirements:
    """What a class of `fhir.resources` asks of its elements."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    asks = model.model_construct()
    by_choice = asks.get_one_of_many_fields().items()
    return Requirements(
        frozenset(name for name, field in fields.items() if field.is_required()),
        tuple(name for name, _ in asks.get_required_fields()),
        tuple(_choice(model, prefix, names, fields[names[0]]) for prefix, names in by_choice),
    )


def _choice(model: Any, prefix: str, names: Sequence[str], first: Any) -> Choice:
    elements = frozenset({*names, *(f"_{name}" for name in names)})
    if model.__name__ == "Extension":  # ext-1: a value or extensions, which the models do not ask for
        return Choice(elements, prefix, required=True, unless="extension")
    return Choice(elements, prefix, bool(first.json_schema_extra["one_of_many_required"]))


def _excused(beside: Any) -> bool:
    return any("extension" in one for one in (beside if isinstance(beside, list) else [beside]) if one)
