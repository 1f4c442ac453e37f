"""Elements of one value that speak of each other, and must not say two things (FHIR R4, 2.24). Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from portal.records.primitives import absolute

# The name of an element at fault and what is wrong with it, or None.
Found = tuple[str, str] | None
_VALUE_SETS = "http://hl7.org/fhir/ValueSet/"
_IS_A_URI = "urn:ietf:rfc:3986"


def _identifier(value: Mapping[str, Any]) -> Found:
    if value.get("system") == _IS_A_URI and "value" in value and not absolute(value["value"]):
        return "value", f"must be a whole URI, as its system is {_IS_A_URI}"
    return None


def _attachment(value: Mapping[str, Any]) -> Found:
    """`size` counts the bytes before they became base64. A wrong `hash` is let be: FHIR's own examples have one."""
    if "data" in value and "size" in value and value["size"] != _bytes_of(value["data"]):
        return "size", "is not the size of the data"
    return None


def _bytes_of(base64: str) -> int:
    letters = "".join(base64.split())
    return len(letters) // 4 * 3 - letters[-2:].count("=")


def _coding(value: Mapping[str, Any]) -> Found:
    system = value.get("system", "")
    if system.startswith(_VALUE_SETS):
        return "system", "names a value set, where the code system belongs"
    return None


def fault_of_url(extension: Mapping[str, Any]) -> Found:
    """What is wrong with an extension that is not a part of another one."""
    return None if absolute(extension["url"]) else ("url", "must be an absolute URL")


RULES: Mapping[str, Callable[[Mapping[str, Any]], Found]] = {
    "Coding": _coding,
    "Identifier": _identifier,
    "Attachment": _attachment,
}
