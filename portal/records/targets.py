"""Where a reference may lead (FHIR R4, 2.3.0): to the types that its element allows, to the one that it says. Pure."""

import re
from collections.abc import Mapping, Set
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from portal.records.primitives import absolute

# `Type/id` at the end of what is written, relative or absolute, whatever version or part of it is named; a condition.
_PLACE = re.compile(
    r"(?:\A|/)([A-Z][A-Za-z]+)(?:/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?(?:#.*)?\Z|\?)"
)
_DEFINED = "http://hl7.org/fhir/StructureDefinition/"
_ANY = "Resource"
ABSTRACT = frozenset({_ANY, "DomainResource"})


def held_by(resource: Mapping[str, Any]) -> dict[str, str]:
    """The types of what a resource contains, by the reference to each: `#id`; `#` is itself. Nothing is checked yet."""
    held = resource.get("contained")
    pairs = [
        (one.get("id"), one.get("resourceType"))
        for one in (held if isinstance(held, list) else ())
        if isinstance(one, dict)
    ]
    types = {f"#{key}": kind for key, kind in pairs if isinstance(kind, str)}
    return {"#": str(resource.get("resourceType")), **types}


def fault_of(
    reference: Mapping[str, Any], allowed: Set[str], held: Mapping[str, str]
) -> tuple[str, str] | None:
    """Which element of a Reference is at fault, and what is wrong; None if nothing is, or nobody can say.

    `allowed`: the types of the element; "Resource" or none are all.
    """
    leads = _leads(reference.get("reference"), held)
    said = str(reference.get("type", "")).removeprefix(_DEFINED)
    if said and not absolute(said) and not _is_type(said):
        return "type", "names no FHIR R4 resource type"
    if leads and said and _is_type(said) and said != leads:
        return "type", f"says {said}, and the reference leads to a {leads}"
    if not allowed or _ANY in allowed:
        return None
    for name, kind in (("reference", leads), ("type", said if _is_type(said) else "")):
        if kind and kind not in allowed:
            return name, f"leads to a {kind}, where only these may stand: {', '.join(sorted(allowed))}"
    return None


def _leads(written: Any, held: Mapping[str, str]) -> str:
    """The type that a reference leads to, or "" where it does not say."""
    if not isinstance(written, str):
        return ""
    if written.startswith("#"):
        return held.get(written, "") if _is_type(held.get(written, "")) else ""
    found = _PLACE.search(written)
    if found is None or (":" in written and not _is_type(found[1])):  # any address may end like one of FHIR's
        return ""
    return found[1]


def _is_type(name: str) -> bool:
    if not name.isalpha():
        return False
    try:
        return name not in ABSTRACT and issubclass(get_fhir_model_class(name), get_fhir_model_class(_ANY))
    except (ValueError, LookupError):
        return False
