"""What a Bundle says around the resources that it carries: its own elements, and their rules (bdl-1 to 8). Pure."""

import re
from collections.abc import Mapping
from typing import Any

from portal.records import structure
from portal.records.errors import InvalidBundle
from portal.records.faults import Fault
from portal.records.primitives import absolute

_PLACE = r"[A-Z][A-Za-z]{0,63}/[A-Za-z0-9\-.]{1,64}"
_NAMED = re.compile(rf"{_PLACE}\Z")
_ADDRESS = re.compile(rf"(https?://.+/)?(?P<place>{_PLACE})(?P<version>/_history/[A-Za-z0-9\-.]{{1,64}})?\Z")

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
    if fault := _fault_of_url(entry):
        return "fullUrl", fault
    return None


def _fault_of_url(entry: Mapping[str, Any]) -> str:
    """A handle for the other entries, which is not stored: any URN, or an address of the record, `Type/id` at least.

    HAPI's clients send the relative address of what they change, or that of the version that they have read. What such
    an address says must be what is written (FHIR R4, Bundle.entry.fullUrl).
    """
    url = entry.get("fullUrl", "")
    address, own = _ADDRESS.match(url), _place_of(entry)
    if url and not address and not absolute(url):
        return "must be an absolute URL or Type/id"
    if not address:
        return ""
    kind, _, key = address["place"].partition("/")
    if kind != (own[0] or kind) or key != (own[1] or key):
        return "names another record than the entry"
    return "names a version of no record (bdl-8)" if address["version"] and not own[1] else ""


def _place_of(entry: Mapping[str, Any]) -> tuple[str, str]:
    """The type and the id of the record that an entry is about, "" where it says none.

    A PATCH carries something else than the record that it names.
    """
    request, resource = entry["request"], entry.get("resource")
    if _NAMED.match(str(request.get("url"))):
        kind, _, key = request["url"].partition("/")
        return kind, key
    if request.get("method") == "PATCH" or not isinstance(resource, dict):
        return "", ""
    return str(resource.get("resourceType", "")), str(resource.get("id", ""))


def handles(full_url: str, *, new: bool) -> list[str]:
    """What else than its fullUrl the other entries may call an entry: its address without the version that it names,
    and that of a new one relative, as it is from beside it (FHIR R4, 2.36.4.1)."""
    address = _ADDRESS.match(full_url)
    if address is None:
        return []
    version = address["version"] or ""
    relative = (address["place"], address["place"] + version) if new else ()
    return [name for name in (full_url.removesuffix(version), *relative) if name != full_url]


def _refusal(where: str, problem: str) -> InvalidBundle:
    return InvalidBundle(f"{where} {problem}. Nothing was stored.", expression=where)
