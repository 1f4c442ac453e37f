"""Which elements of a FHIR type must stand there, and which exclude one another, by the published models. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Choice(NamedTuple):
    """The elements of a choice of types (`value[x]`): one of them at most, or exactly one."""

    elements: frozenset[str]
    name: str
    required: bool


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
            count = len(choice.elements & value.keys())
            if count > 1:
                return "", f"has more than one of the elements of {choice.name}[x]"
            if choice.required and not count:
                return "", f"has none of the elements of {choice.name}[x], of which one is required"
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
        tuple(
            Choice(frozenset(names), prefix, bool(fields[names[0]].json_schema_extra["one_of_many_required"]))
            for prefix, names in by_choice
        ),
    )


def _excused(beside: Any) -> bool:
    return any("extension" in one for one in (beside if isinstance(beside, list) else [beside]) if one)
