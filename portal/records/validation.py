"""Whether bytes are a FHIR R4 resource that may be stored. Every write and import passes here.

JSON strictly (`strict_json`), then the walker over names, types and requirements (`structure`), then what refers to
what within it (`contained`).
"""

from typing import Any

from portal.records import contained, strict_json
from portal.records.errors import InvalidResource, UnsupportedType
from portal.records.faults import Fault
from portal.records.kinds import KINDS
from portal.records.structure import check_resource


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
