"""FHIR consents and requests in as few words as a test needs. By default a doctor asks, for treatment."""

from typing import Any

from consent.fhir.asking import Asked
from consent.fhir.cases import read_case
from consent.fhir.compiling import compile_consent
from consent.fhir.deciding import decide
from consent.in_force import Verdict

HL7 = "http://terminology.hl7.org/CodeSystem"
PROJECT = "http://example.org/purposes"
DOCTOR, NURSE = "Practitioner/doctor", "Practitioner/nurse"
CLINIC, INSURER = "Organization/clinic", "Organization/insurer"
TEAM = "Group/team"
LEVELS = "ULMNRV"


def consent(*provision: Any, **changes: Any) -> dict[str, Any]:
    """An active consent about privacy with this root provision."""
    value: dict[str, Any] = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": f"{HL7}/consentscope", "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": "Patient/ann"},
        "provision": provision[0] if provision else rule("permit"),
    }
    return value | changes


def rule(effect: str, *inner: dict[str, Any], **stated: Any) -> dict[str, Any]:
    """A provision: `rule("deny", rule("permit", purpose=["BTG"]), actor=[DOCTOR])`."""
    value: dict[str, Any] = {"type": effect}
    for name, given in stated.items():
        key, element = ELEMENTS[name](given)
        value[key] = element
    return value | ({"provision": list(inner)} if inner else {})


def coded(system: str, code: str) -> dict[str, Any]:
    return {"system": f"{HL7}/{system}", "code": code}


def concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [coded(system, code)]}


def actor(given: Any) -> dict[str, Any]:
    reference, role = given if isinstance(given, tuple) else (given, "IRCP")
    return {"role": concept("v3-ParticipationType", role), "reference": {"reference": reference}}


def label(code: str) -> dict[str, Any]:
    return coded("v3-Confidentiality" if code in LEVELS else "v3-ActCode", code)


def purpose(code: str) -> dict[str, Any]:
    system, _, plain = code.rpartition("|")
    return {"system": system or f"{HL7}/v3-ActReason", "code": plain}


def span(given: tuple[str | None, str | None]) -> dict[str, str]:
    bounds = zip(("start", "end"), given, strict=True)
    return {name: bound for name, bound in bounds if bound is not None}


ELEMENTS: dict[str, Any] = {
    "period": lambda given: ("period", span(given)),
    "dates": lambda given: ("dataPeriod", span(given)),
    "actor": lambda given: ("actor", [actor(one) for one in given]),
    "action": lambda given: ("action", [concept("consentaction", one) for one in given]),
    "label": lambda given: ("securityLabel", [label(one) for one in given]),
    "purpose": lambda given: ("purpose", [purpose(one) for one in given]),
    "type": lambda given: (
        "class",
        [{"system": "http://hl7.org/fhir/resource-types", "code": one} for one in given],
    ),
    "data": lambda given: (
        "data",
        [{"meaning": meaning, "reference": {"reference": reference}} for meaning, reference in given],
    ),
}

RECORD = {
    "resourceType": "Observation",
    "id": "sugar",
    "patient": "Patient/ann",
    "category": "laboratory",
    "authored_by": "Practitioner/author",
    "date": "2020-12-04T23:50:50-05:00",
    "securityLabels": ["N"],
    "related": ["Encounter/visit"],
}
REQUEST = {
    "actor_reference": DOCTOR,
    "actor_organization": CLINIC,
    "actor_role": "IRCP",
    "actor_groups": [],
    "action": "access",
    "purpose": "TREAT",
    "now": "2022-07-01T12:00:00Z",
}


def request(**changes: Any) -> dict[str, Any]:
    """A request; what is a name of the record changes the record."""
    record = {name: changes.pop(name) for name in list(changes) if name in RECORD}
    return REQUEST | changes | {"resource": RECORD | record}


def asked(value: dict[str, Any]) -> Asked:
    """The request as the conformance runner reads it."""
    return read_case({"id": "here", "consents": [], "request": value}, "here").asked


def judge(consents: list[dict[str, Any]], value: dict[str, Any]) -> Verdict:
    """Through every door: read, compiled, validated, decided by the engine."""
    return decide([compile_consent(one) for one in consents], asked(value))


def word(verdict: Verdict) -> str:
    """`permit`, `deny`, or `silent` if no consent said anything."""
    assert verdict.layer in {"contract", "base"}, "the engine failed"
    if verdict.layer == "base":
        assert not verdict.permitted
        return "silent"
    return "permit" if verdict.permitted else "deny"


def says(*consents: dict[str, Any], **changes: Any) -> str:
    """What these consents say to the request with these changes."""
    return word(judge(list(consents), request(**changes)))
