"""What of a FHIR Patient makes the registration: its record number, and what makes two patients one person. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

SSN = ("http://hl7.org/fhir/sid/us-ssn", "urn:oid:2.16.840.1.113883.4.1")
IDENTIFIER_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"


def record_number_of(patient: Mapping[str, Any]) -> str:
    """The identifier of the type MR (v2-0203), else the id of the resource."""
    for identifier in _identifiers(patient):
        codings = identifier.get("type", {}).get("coding", ())
        if any(coding.get("system") == IDENTIFIER_TYPES and coding.get("code") == "MR" for coding in codings):
            return str(identifier["value"])[:64]
    return str(patient["id"])


def identity_of(patient: Mapping[str, Any]) -> str:
    """A nationally unique number with the birth date, or "" if the patient does not say both."""
    born = patient.get("birthDate")
    for identifier in _identifiers(patient):
        if identifier.get("system") in SSN and born:
            digits = "".join(filter(str.isalnum, identifier["value"]))
            return f"us-ssn|{digits}|{born}"
    return ""


def _identifiers(patient: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (identifier for identifier in patient.get("identifier", ()) if "value" in identifier)
