"""A walker over FHIR JSON by the element tables of the published models: names, cardinality, primitive types, what an
element requires of the others.

Those models (`fhir.resources`) are only read for their tables: to run them takes longer than all else that a write
does, and they let pass null, empty lists and objects, strings for numbers, long ids, codes outside a required value
set. The walker refuses those, and whatever the models refuse. Pure.
"""

import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from fhir.resources.R4B import get_fhir_model_class

from portal.records import invariants, primitives, targets
from portal.records.requirements import Requirements, requirements_of

# Required value sets that the models' metadata cut short with "+".
_REQUIRED_CODES = {
    "Observation.status": "registered preliminary final amended corrected cancelled entered-in-error unknown",
    "DiagnosticReport.status": "registered partial preliminary final amended corrected appended cancelled "
    "entered-in-error unknown",
    "Encounter.status": "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown",
}

_PYDANTIC_NAMES = {"EncodedBytes": "Base64Binary", "UuidVersion": "Uuid"}


class Fault(Exception):
    """What is wrong, and where: the path grows while the fault travels outwards."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.path: list[str] = []

    def expression(self, root: str) -> str:
        """A FHIRPath such as `Observation.component[0].code`."""
        return root + "".join(reversed(self.path))


Held = Mapping[str, str]
"""The types of the resources that a resource contains, by the reference to them: `#id`; `#` is itself."""

Check = Callable[[Any, Held], None]


class Table(NamedTuple):
    """The elements of a type, each with its check, what they require of one another, and whether rules stand on it."""

    elements: dict[str, Check]
    requirements: Requirements
    ruled: str  # the name under which its invariants stand, or ""


def check_resource(value: Any) -> None:
    """Raise Fault unless `value` is a JSON object whose elements are those of its resource type."""
    _resource(value, targets.held_by(value) if isinstance(value, dict) else {})


def _resource(value: Any, held: Held) -> None:
    if not isinstance(value, dict):
        raise Fault("must be a JSON object")
    name = value.get("resourceType")
    if not isinstance(name, str):
        raise Fault("names no FHIR R4 resource type in resourceType")
    _walk(value, _resource_table(name), held)
    if "contained" in value:
        _keep_rules("DomainResource", value)
    if invariants.has_rules(name):
        _keep_rules(name, value)


@cache  # an exception is not kept: names that somebody makes up fill nothing
def _resource_table(name: str) -> Table:
    try:
        model = get_fhir_model_class(name)
    except (ValueError, LookupError):
        model = None
    if model is None or name in targets.ABSTRACT or not issubclass(model, get_fhir_model_class("Resource")):
        raise Fault("names no FHIR R4 resource type in resourceType")
    table = _table(model)
    return table._replace(elements={**table.elements, "resourceType": _primitive(primitives.RULES["Code"])})


@cache
def _table(model: type) -> Table:
    """Built once; recursive types are looked up when walked."""
    name = str(getattr(model, "__resource_type__", model.__name__))
    fields = model.model_fields  # type: ignore[attr-defined]
    elements = {
        field.alias: _check_of(name, field.alias, field.annotation, field.json_schema_extra or {})
        for key, field in fields.items()
        if key not in {"fhir_comments", "resource_type"} and field.alias
    }
    if name == "Extension":
        elements |= _beside_values(fields)
    return Table(elements, requirements_of(model), name if invariants.has_rules(name) else "")


def _beside_values(fields: Mapping[str, Any]) -> dict[str, Check]:
    """What stands beside the primitive values of an extension (`_valueString`), which its model alone leaves out."""
    primitive = [
        field.alias
        for field in fields.values()
        if not _kind(_unwrapped(field.annotation)[0]).endswith("Type")
    ]
    beside = _complex(_extension_of_primitive)
    return {f"_{alias}": beside for alias in primitive if alias and alias.startswith("value")}


def _check_of(model: str, element: str, annotation: Any, extra: dict[str, Any]) -> Check:
    inner, many = _unwrapped(annotation)
    kind = _kind(inner)
    if element.startswith("_"):
        one = _complex(_extension_of_primitive)
        return _list(one, holes=True) if many else one
    if kind.endswith("Type") and hasattr(inner, "get_model_klass"):
        one = _resource if kind == "ResourceType" else _complex(inner.get_model_klass)
        if kind == "ReferenceType":
            one = _referring(one, frozenset(extra.get("enum_reference_types", ())))
        return _list(one) if many else one
    rule = _rule(model, element, kind, extra)
    return _list(_primitive(rule), holes=True) if many else _primitive(rule)


def _rule(model: str, element: str, kind: str, extra: dict[str, Any]) -> primitives.Rule:
    if (model, element) == ("Reference", "reference"):
        return primitives.reference
    if (model, element) == ("ContactPoint", "value"):  # a link, where its system is url
        return primitives.harmless
    if words := _REQUIRED_CODES.get(f"{model}.{element}"):
        return primitives.one_of(frozenset(words.split()))
    codes = extra.get("enum_values", ())
    if kind == "Code" and codes and "+" not in codes:
        return primitives.one_of(frozenset(codes))
    return primitives.RULES[kind]


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    """The innermost type of `Optional[List[Optional[X]]]`, and whether there is a list around it."""
    many = False
    while typing.get_origin(annotation) in (typing.Union, list) or type(annotation).__name__ == "UnionType":
        many = many or typing.get_origin(annotation) is list
        annotation = next(item for item in typing.get_args(annotation) if item is not type(None))
    return annotation, many


def _kind(annotation: Any) -> str:
    """`Id`, `DateTime`, `Boolean`, or `CodeableConceptType`."""
    if typing.get_origin(annotation) is typing.Annotated:
        name = type(typing.get_args(annotation)[1]).__name__
        return _PYDANTIC_NAMES.get(name, name)
    return "Boolean" if annotation is bool else str(annotation.__name__)


def _walk(value: dict[str, Any], table: Table, held: Held) -> None:
    if not value:
        raise Fault("must not be an empty object")
    checks, key = table.elements, ""
    try:
        for key, child in value.items():
            checks.get(key, _unknown)(child, held)
    except Fault as fault:
        fault.path.append(f".{key}" if key.isidentifier() and key.isascii() else "")
        raise
    if found := table.requirements.fault_of(value):
        name, problem = found
        missing = Fault(problem)
        missing.path += [f".{name}"] if name else []
        raise missing


def _unknown(_: Any, __: Held) -> None:
    raise Fault("is not an element of this type")


def _primitive(rule: primitives.Rule) -> Check:
    def check(value: Any, _: Held) -> None:
        if problem := rule(value):
            raise Fault(problem)

    return check


def _complex(model: Callable[[], type]) -> Check:
    def check(value: Any, held: Held) -> None:
        if not isinstance(value, dict):
            raise Fault("must be a JSON object")
        table = _table(model())
        _walk(value, table, held)
        if table.ruled:
            _keep_rules(table.ruled, value)

    return check


def _referring(one: Check, allowed: frozenset[str]) -> Check:
    """A Reference that leads to one of these types."""

    def check(value: Any, held: Held) -> None:
        one(value, held)
        if found := targets.fault_of(value, allowed, held):
            name, problem = found
            fault = Fault(problem)
            fault.path.append(f".{name}")
            raise fault

    return check


def _keep_rules(name: str, value: dict[str, Any]) -> None:
    if fault := invariants.fault_of(name, value):
        raise Fault(fault)


def _extension_of_primitive() -> type:
    return get_fhir_model_class("Element")


def _list(one: Check, *, holes: bool = False) -> Check:
    """A non-empty array. `holes`: null stands where the parallel array (`_given`) says why a value is missing."""

    def check(value: Any, held: Held) -> None:
        if not isinstance(value, list) or not value:
            raise Fault("must be a JSON array with at least one item")
        if holes and all(item is None for item in value):
            raise Fault("must hold at least one value")
        index = 0
        try:
            for index, item in enumerate(value):  # noqa: B007 - a fault is at that index
                if item is not None or not holes:
                    one(item, held)
        except Fault as fault:
            fault.path.append(f"[{index}]")
            raise

    return check
