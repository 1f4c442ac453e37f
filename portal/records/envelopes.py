"""What a Bundle says around the resources that it carries: its own elements, and their rules (bdl-1 to 8). Pure."""

import re
from collections.abc import Mapping
from typing import Any

from portal.records import structure
from portal.records.errors import InvalidBundle
from portal.records.faults import Fault
from portal.records.primitives import absolute

_VERSION = re.compile(r"/_history/[^/]+\Z")
_PLACE = re.compile(r"\Ahttps?://.+/[A-Z][A-Za-z]+/([A-Za-z0-9\-.]{1,64})\Z")
_UUID = re.compile(r"urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")

# The element of a request and what is wrong with it, or None.
Found = tuple[str, str] | None


def check_bundle(bundle: Mapping[str, Any]) -> None:
    """Raise InvalidBundle, with an expression, unless its own elements are those of a request."""
    try:
        structure.check_bundle({"resourceType": "Bundle", **bundle})
    except Fault as fault:
        raise _refusal(fault.expression("Bundle"), str(fault)) from None
    if "total" in bundle:
        raise _refusal("Bundle.total", "stands only in the answer to a search or a history (bdl-1)")


def check_entry(entry: Any, index: int | None) -> None:
    """Raise InvalidBundle, with an expression, unless all that an entry says is a request."""
    where = f"Bundle.entry[{index}]"
    try:
        structure.check_entry(entry)
    except Fault as fault:
        raise _refusal(fault.expression(where), str(fault)) from None
    if found := _fault_of(entry):
        name, problem = found
        raise _refusal(f"{where}.{name}", problem)


def _fault_of(entry: Mapping[str, Any]) -> Found:
    if "search" in entry:
        return "search", "stands only in the answer to a search (bdl-2)"
    if "response" in entry:
        return "response", "stands only in an answer (bdl-4)"
    if "request" not in entry:
        return "request", "is missing: it says what is to be done (bdl-3)"
    if fault := _fault_of_url(entry.get("fullUrl", ""), entry.get("resource")):
        return "fullUrl", fault
    return None


def _fault_of_url(url: str, resource: Any) -> str:
    """`urn:uuid:`, or an absolute address that says the id that the resource says (FHIR R4, Bundle.entry.fullUrl)."""
    if not url:
        return ""
    if not absolute(url):
        return "must be an absolute URL"
    if url.startswith("urn:uuid:") and not _UUID.match(url):
        return "is no UUID"
    if _VERSION.search(url):
        return "names a version (bdl-8)"
    place, key = _PLACE.match(url), resource.get("id") if isinstance(resource, dict) else None
    return "names another id than the resource has" if place and key and place[1] != key else ""


def _refusal(where: str, problem: str) -> InvalidBundle:
    return InvalidBundle(f"{where} {problem}. Nothing was stored.", expression=where)
