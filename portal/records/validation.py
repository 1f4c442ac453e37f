"""Whether bytes are a FHIR R4 resource that may be stored. Every write and import passes here.

JSON strictly (`strict_json`), then the walker over names and primitive types (`structure`), then the models of
`fhir.resources` (R4B; the R5 default refuses valid R4) for required and mutually exclusive elements.
"""

from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from portal.records import contained, strict_json
from portal.records.errors import InvalidResource, UnsupportedType
from portal.records.kinds import KINDS
from portal.records.structure import Fault, check_resource


def validate(content: bytes) -> dict[str, Any]:
    """The resource that `content` is. Raises MalformedJson, UnsupportedType or InvalidResource with an expression."""
    resource = strict_json.parse(content)
    check(resource)
    return resource  # type: ignore[no-any-return]


def check(resource: Any) -> None:
    """Raise UnsupportedType or InvalidResource unless `resource` may be stored."""
    try:
        check_resource(resource)
    except Fault as fault:
        name = resource.get("resourceType") if isinstance(resource, dict) else None
        root = name if isinstance(name, str) and name.isalpha() else "Resource"
        where = fault.expression(root)
        raise InvalidResource(f"{where} {fault}.", expression=where) from None
    if found := contained.fault_of(resource):
        where, problem = found
        raise InvalidResource(f"{where} {problem}.", expression=where)
    name = resource["resourceType"]
    if name not in KINDS:
        raise UnsupportedType(f"This node does not keep resources of the type {name}.", expression=name)
    try:
        get_fhir_model_class(name).model_validate(resource)
    except ValidationError as error:
        raise _of_model(name, error) from None
    except (ValueError, KeyError, TypeError, ArithmeticError):
        raise InvalidResource(f"{name} does not fit the FHIR R4 model.", expression=name) from None


def _of_model(name: str, error: ValidationError) -> InvalidResource:
    """The first thing that the model found. Its message is not repeated: it may quote the content."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = name + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    missing = first["type"] == "missing" or "required" in first["msg"].lower()
    problem = "is missing an element that is required" if missing else "does not fit the FHIR R4 model"
    return InvalidResource(f"{where} {problem}.", expression=where)
