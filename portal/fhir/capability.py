"""The CapabilityStatement, drawn from the same tables that the server serves by, so that it promises nothing else."""

from typing import Any

from portal.records.kinds import DIRECTORY, KINDS
from portal.records.parameters import SERVED

PUBLISHED = "2026-11-01"
_TYPE_OF = {
    "patient": "reference",
    "subject": "reference",
    "category": "token",
    "code": "token",
    "status": "token",
    "identifier": "token",
    "name": "string",
    "date": "date",
    "_id": "token",
}
_OF_CATEGORY = "Our categories (lab-results), or FHIR's category codes (laboratory)."
_SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def statement(base: str, organisation: str) -> dict[str, Any]:
    """The resource, for the server at `base`."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": PUBLISHED,
        "kind": "instance",
        "implementation": {"description": f"Assent: records kept by {organisation}", "url": base},
        "software": {"name": "Assent"},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": _security(),
                "resource": [_resource(name) for name in sorted(KINDS)],
            }
        ],
    }


def _resource(name: str) -> dict[str, Any]:
    return {
        "type": name,
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": False,
        "interaction": [{"code": "read"}, {"code": "vread"}, {"code": "search-type"}],
        "searchParam": [_parameter(parameter) for parameter in _served_for(name)],
    }


def _served_for(name: str) -> list[str]:
    """What can narrow a search for this type."""
    of_patient = {"patient", "subject", "category", "date"} if name not in DIRECTORY else set()
    named = {"name"} if name in {"Patient", *DIRECTORY} else set()
    codes = {"code"} if KINDS[name].codes else set()
    return sorted(SERVED & ({"_id", "identifier", "status"} | of_patient | named | codes))


def _parameter(name: str) -> dict[str, str]:
    shown = {"name": name, "type": _TYPE_OF[name]}
    return {**shown, "documentation": _OF_CATEGORY} if name == "category" else shown


def _security() -> dict[str, Any]:
    return {
        "cors": False,
        "service": [{"coding": [{"system": _SECURITY, "code": "OAuth"}], "text": "Bearer tokens"}],
        "description": "A personal access token as a bearer token (RFC 6750). What it reaches is decided by consent "
        "contracts at each access, and each access, denied ones too, stands in the organisation's ledger.",
    }
