"""The CapabilityStatement, drawn from the same tables that the server serves by, so that it promises nothing else."""

from typing import Any

from django.urls import reverse

from portal.fhir.registry import NOT_DELETED, VIEWS, View, interactions_of, operations_of
from portal.records import combinations, searchable, services
from portal.records.kinds import DIRECTORY, KINDS

PUBLISHED = "2026-11-01"
COMBINATION = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-search-parameter-combination"
_SAID_OF = {
    "category": "FHIR's category codes (laboratory), or ours (lab-results).",
    "birthdate": "By equality, to the day, the month or the year.",
    "death-date": "By equality, to the day, the month or the year.",
    "name": "Names begin so; of patients, at least three letters, or a whole word.",
}
# SMART App Launch 1.0's way to name the addresses, which clients still read beside smart-configuration.
_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_TOPIC = (
    "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
    "capabilitystatement-subscriptiontopic-canonical"
)
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
        "patchFormat": [services.PATCH_TYPE],
        "rest": [
            {
                "mode": "server",
                "security": _security(base),
                "resource": [*(_resource(name) for name in sorted(KINDS)), *map(_view, VIEWS)],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }


def _resource(name: str) -> dict[str, Any]:
    includes = [f"{name}:{one.name}" for one in searchable.includes_of(name)]
    led = ["Provenance:target"] if name not in DIRECTORY else []
    led += [f"{source}:{one.name}" for source, one in searchable.included_by(name)]
    operations = [{"name": one.name, "definition": one.definition} for one in operations_of(name)]
    shown = {
        "type": name,
        "interaction": [{"code": code} for code in interactions_of(name)],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalUpdate": True,
        "conditionalDelete": "not-supported" if name in NOT_DELETED else "single",
        "searchInclude": includes,
        "searchRevInclude": led,
        "searchParam": [_parameter(name, one) for one in sorted(searchable.names_of(name))],
        "operation": operations,
    }
    if found := [_combination(one) for one in combinations.of(name)]:
        shown = {"extension": found, **shown}
    return {key: value for key, value in shown.items() if value != []}


def _view(view: View) -> dict[str, Any]:
    """What is no record."""
    searched = [{"name": name, "type": kind} for name, kind in view.parameters.items()]
    shown = {
        "type": view.type,
        "documentation": view.documentation,
        "interaction": [{"code": code} for code in view.interactions],
        "versioning": "no-version",
        "searchParam": searched,
        "operation": [{"name": name, "definition": url} for name, url in view.operations.items()],
        "extension": [{"url": _TOPIC, "valueCanonical": url} for url in view.topics],
    }
    return {key: value for key, value in shown.items() if value != []}


def _parameter(kind: str, name: str) -> dict[str, str]:
    shown = {"name": name, "type": searchable.fhir_type(kind, name)}
    told = name in _SAID_OF and not (name == "name" and kind in DIRECTORY)
    return {**shown, "documentation": _SAID_OF[name]} if told else shown


def _combination(names: tuple[str, ...]) -> dict[str, Any]:
    return {"url": COMBINATION, "extension": [{"url": "required", "valueString": name} for name in names]}


def _security(base: str) -> dict[str, Any]:
    node = base.partition("/fhir/")[0]
    addresses = {
        "authorize": "authorize",
        "token": "token",
        "revoke": "revoke-token",
        "introspect": "introspect",
    }
    return {
        "extension": [
            {
                "url": _OAUTH_URIS,
                "extension": [
                    {"url": name, "valueUri": node + reverse(f"oauth2_provider:{view}")}
                    for name, view in addresses.items()
                ],
            }
        ],
        "cors": True,
        "service": [{"coding": [{"system": _SECURITY, "code": "SMART-on-FHIR"}], "text": "SMART on FHIR"}],
        "description": "SMART App Launch 2.2, or a personal access token, as a bearer token (RFC 6750). What it "
        "reaches is decided by consent contracts at each access, and each access, denied ones too, stands in the "
        "organisation's ledger.",
    }
