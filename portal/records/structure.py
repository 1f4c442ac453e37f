"""A walker over FHIR JSON by the element tables of the published models: names, cardinality, primitive types, what an
element requires of the others.

Those models (`fhir.resources`) are only read for their tables: to run them takes longer than all else that a write
does, and they let pass null, empty lists and objects, strings for numbers, long ids, codes outside a required value
set. The walker refuses those, and whatever the models refuse. Pure.
"""

import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, NoReturn

from fhir.resources.R4B import get_fhir_model_class

from portal.records import agreement, beside, bindings, invariants, primitives, targets
from portal.records.faults import Fault
from portal.records.requirements import Requirements, requirements_of

_PYDANTIC_NAMES = {"EncodedBytes": "Base64Binary", "UuidVersion": "Uuid"}


Held = Mapping[str, str]
"""The types of the resources that a resource contains, by the reference to them: `#id`; `#` is itself."""

Check = Callable[[Any, Held], bool | None]
"""Raises Fault. True where it also has to be seen what stands in the parallel element (`_given`, `given`)."""


class Table(NamedTuple):
    """The elements of a type, each with its check, what they require of one another, and whether rules stand on it."""

    elements: dict[str, Check]
    requirements: Requirements
    ruled: str  # the name under which its invariants stand, or ""
    agrees: Callable[[Mapping[str, Any]], agreement.Found] | None
    bare: bool  # whether an id alone is enough: beside a primitive value it is


def check_resource(value: Any) -> None:
    """Raise Fault unless `value` is a JSON object whose elements are those of its resource type."""
    _resource(value, targets.held_by(value) if isinstance(value, dict) else {})


def check_bundle(value: dict[str, Any]) -> None:
    """Raise Fault unless `value` is a Bundle by its own elements. Its entries are not looked at."""
    table = _resource_table("Bundle")
    _walk(value, table._replace(elements={**table.elements, "entry": _list(_anything)}), {})


def check_entry(value: Any) -> None:
    """Raise Fault unless `value` is an entry of a Bundle by its own elements. Its resource is not looked at."""
    if not isinstance(value, dict):
        raise Fault("must be a JSON object")
    table = _table(get_fhir_model_class("BundleEntry"))
    _walk(value, table._replace(elements={**table.elements, "resource": _anything}), {})


def _anything(_: Any, __: Held) -> None:
    pass


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
    ruled = name if invariants.has_rules(name) else ""
    return Table(elements, requirements_of(model), ruled, agreement.RULES.get(name), bare=name == "Element")


def _beside_values(fields: Mapping[str, Any]) -> dict[str, Check]:
    """What stands beside the primitive values of an extension (`_valueString`), which its model alone leaves out."""
    primitive = [
        field.alias
        for field in fields.values()
        if not _kind(_unwrapped(field.annotation)[0]).endswith("Type")
    ]
    one = _beside(_complex(_extension_of_primitive))
    return {f"_{alias}": one for alias in primitive if alias and alias.startswith("value")}


def _check_of(model: str, element: str, annotation: Any, extra: dict[str, Any]) -> Check:
    inner, many = _unwrapped(annotation)
    kind = _kind(inner)
    if element.startswith("_"):
        one = _complex(_extension_of_primitive)
        return _list(one, holes=True, besides=True) if many else _beside(one)
    if kind.endswith("Type") and hasattr(inner, "get_model_klass"):
        one = _resource if kind == "ResourceType" else _complex(inner.get_model_klass)
        one = _narrowed(one, model, element, kind, extra)
        return _list(one) if many else one
    rule = _rule(model, element, kind, extra)
    return _list(_primitive(rule), holes=True) if many else _primitive(rule)


def _narrowed(one: Check, model: str, element: str, kind: str, extra: dict[str, Any]) -> Check:
    """The check of a complex value, and whatever else is asked of it where it stands."""
    name = f"{model}.{element}"
    if kind == "ReferenceType":
        allowed = frozenset(extra.get("enum_reference_types", ()))
        return _also(one, lambda value, held: targets.fault_of(value, allowed, held))
    if kind == "ExtensionType" and model != "Extension":  # the parts of an extension are named within it
        return _also(one, lambda value, _: agreement.fault_of_url(value))
    if name in bindings.SIMPLE:
        return _also(one, lambda value, _: bindings.fault_of_simple(value))
    if name in bindings.CONCEPTS:
        return _also(one, lambda value, _: bindings.fault_of_concept(value, *bindings.CONCEPTS[name]))
    return one


def _rule(model: str, element: str, kind: str, extra: dict[str, Any]) -> primitives.Rule:
    name = f"{model}.{element}"
    if name in primitives.OF_ELEMENTS:
        return primitives.OF_ELEMENTS[name]
    if name in bindings.CODES:
        return primitives.one_of(bindings.CODES[name])
    if element == "language" and kind == "Code":
        return primitives.language
    if element == "id" and kind == "String":
        return primitives.element_id
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
    if len(value) == 1 and "id" in value and not table.bare:
        raise Fault("must hold more than an id (ele-1)")
    checks, key = table.elements, ""
    parallel = []
    try:
        for key, child in value.items():
            if checks.get(key, _unknown)(child, held):
                parallel.append(key)
    except Fault as fault:
        fault.path.append(f".{key}" if key.isidentifier() and key.isascii() else "")
        raise
    if found := table.requirements.fault_of(value):
        _refuse(found)
    for key in parallel:
        beside.check(value, key)
    if table.agrees and (found := table.agrees(value)):
        _refuse(found)


def _refuse(found: tuple[str, str]) -> NoReturn:
    """Raise the Fault of an element, or of the whole where it is named ""."""
    name, problem = found
    raise Fault(problem, *([f".{name}"] if name else []))


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


def _also(one: Check, more: Callable[[Any, Held], tuple[str, str] | None]) -> Check:
    """What `more` finds at fault: the name of an element of the value, or "" for the whole, and what is wrong."""

    def check(value: Any, held: Held) -> None:
        one(value, held)
        if found := more(value, held):
            _refuse(found)

    return check


def _beside(one: Check) -> Check:
    def check(value: Any, held: Held) -> bool:
        one(value, held)
        return True

    return check


def _keep_rules(name: str, value: dict[str, Any]) -> None:
    if fault := invariants.fault_of(name, value):
        raise Fault(fault)


def _extension_of_primitive() -> type:
    return get_fhir_model_class("Element")


def _list(one: Check, *, holes: bool = False, besides: bool = False) -> Check:
    """A non-empty array. `holes`: null stands where the parallel array (`_given`) says why a value is missing.
    `besides`: this is that array."""

    def check(value: Any, held: Held) -> bool:
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
        return besides or (holes and None in value)

    return check
