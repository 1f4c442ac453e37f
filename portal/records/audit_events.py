"""Entries of the ledger as FHIR AuditEvents, by the patterns of IHE BALP 1.1. Pure.

What reads, queries, writes and contracts did is a RESTful event; a denial is an authorisation decision (AuthZconsent);
a copy that was taken is a disclosure (PrivacyDisclosure.Source); an emergency starts and stops by DICOM's own codes.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ledger.selectors import Entry

Json = dict[str, Any]
PROFILES = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
DCM = "http://dicom.nema.org/resources/ontology/DCM"
REST = ("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest")
INTERACTION = "http://hl7.org/fhir/restful-interaction"
ALERT = (DCM, "110113")
AUTHORISATION = ("https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType", "AuthZ-Consent")
ENTITY, ROLE = (
    "http://terminology.hl7.org/CodeSystem/audit-entity-type",
    "http://terminology.hl7.org/CodeSystem/object-role",
)
PURPOSE = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
SUCCESS, DENIED, FAILED = "0", "8", "4"


class Pattern(NamedTuple):
    """How a kind of entry is told."""

    profile: str
    type: tuple[str, str]
    subtype: tuple[str, str]
    action: str


_READ = Pattern("Read", REST, (INTERACTION, "read"), "R")
_QUERY = Pattern("Query", REST, (INTERACTION, "search"), "E")
_CREATE = Pattern("Create", REST, (INTERACTION, "create"), "C")
_UPDATE = Pattern("Update", REST, (INTERACTION, "update"), "U")
_DELETE = Pattern("Delete", REST, (INTERACTION, "delete"), "D")
_DISCLOSURE = Pattern(
    "PrivacyDisclosure.Source",
    (DCM, "110106"),
    ("http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle", "disclose"),
    "R",
)
_DECISION = Pattern("AuthZconsent", ALERT, AUTHORISATION, "E")
_BY_TYPE = {
    "access.denied": _DECISION,
    "access.repeated": _DECISION,
    "record.imported": _CREATE,
    "record.created": _CREATE,
    "record.updated": _UPDATE,
    "record.deleted": _DELETE,
    "contract.proposed": _CREATE,
    "emergency.ended": Pattern("", ALERT, (DCM, "110138"), "E"),
}
_STARTED = Pattern("", ALERT, (DCM, "110127"), "E")
_BY_INTERACTION = {"read": _READ, "export": _DISCLOSURE}
TYPES = (
    "access.permitted", "access.denied", "access.repeated", "access.emergency", "access.failed", "record.imported",
    "record.created", "record.updated", "record.deleted", "contract.proposed", "contract.signed", "contract.cosigned",
    "contract.activated", "contract.suspended", "contract.superseded", "contract.revoked", "contract.expired",
    "emergency.ended",
)  # fmt: skip


def pattern_of(entry: Entry) -> Pattern:
    """Which pattern an entry is told by."""
    if entry.type in _BY_TYPE:
        return _BY_TYPE[entry.type]
    if entry.type.startswith("contract."):
        return _UPDATE
    if entry.type == "access.emergency" and "session" in entry.audit:
        return _STARTED
    return _BY_INTERACTION.get(entry.audit.get("interaction", ""), _QUERY)


def audit_event(entry: Entry, *, patient: str, observer: str) -> Json:
    """The AuditEvent of an entry. `patient`: the id of the FHIR Patient, or "" where it may not be told."""
    pattern, audit = pattern_of(entry), entry.audit
    outcome = {"access.denied": DENIED, "access.repeated": DENIED, "access.failed": FAILED}.get(
        entry.type, SUCCESS
    )
    shown: Json = {
        "resourceType": "AuditEvent",
        "id": str(entry.id),
        "meta": _meta(pattern, subject=entry.subject is not None, outcome=outcome),
        "type": _coding(*pattern.type),
        "subtype": [_coding(*pattern.subtype)],
        "action": pattern.action,
        "recorded": audit.get("time") or entry.time.isoformat(),
        "outcome": outcome,
        "purposeOfEvent": [{"coding": [_coding(PURPOSE, code)]} for code in _purposes(audit)],
        "agent": _agents(entry, pattern, observer),
        "source": {"observer": {"display": observer}},
        "entity": [*_patient(entry, patient), *_contract(audit), *_resources(audit), *_request(audit)],
    }
    if outcome != SUCCESS:
        shown["outcomeDesc"] = str(audit.get("sentence") or audit.get("code") or "It failed.")
    return {name: value for name, value in shown.items() if value not in ([], {})}


def _meta(pattern: Pattern, *, subject: bool, outcome: str) -> Json:
    """The profile that the event keeps to. BALP's RESTful patterns are of what succeeded."""
    restful = pattern.type == REST
    if not pattern.profile or (restful and outcome != SUCCESS):
        return {}
    return {"profile": [f"{PROFILES}{'Patient' if restful and subject else ''}{pattern.profile}"]}


def _purposes(audit: Mapping[str, Any]) -> list[str]:
    stated = audit.get("purpose") or ("BTG" if "session" in audit else "")
    return [stated] if stated else []


def _agents(entry: Entry, pattern: Pattern, observer: str) -> list[Json]:
    """The client, this server, and who asked."""
    audit = entry.audit
    given, taken = ("110153", "110152")  # source and destination of what was asked, as DICOM names roles
    client: Json = {
        "type": {"coding": [_coding(DCM, given)]},
        "who": {"display": str(audit.get("client") or "assent")},
        "requestor": False,
    }
    server: Json = {
        "type": {"coding": [_coding(DCM, taken)]},
        "who": {"display": observer},
        "requestor": False,
    }
    if pattern is _DISCLOSURE:
        client["type"], server["type"] = server["type"], client["type"]
    return [client, server, _user(entry)]


def _user(entry: Entry) -> Json:
    audit = entry.audit
    who = audit.get("who") or {"id": audit.get("clinician") or audit.get("actor")}
    identifier = who.get("id") or entry.actor
    place = audit.get("organisation")
    shown: Json = {
        "type": {"coding": [_coding("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP")]},
        "who": {"identifier": {"system": "urn:assent:account", "value": str(identifier)}},
        "requestor": True,
    }
    if who.get("name"):
        shown["who"]["display"] = who["name"]
    if audit.get("role"):
        shown["role"] = [{"text": audit["role"]}]
    if isinstance(place, Mapping) and place.get("name"):
        shown["name"] = place["name"]
    if codes := _purposes(audit):
        shown["purposeOfUse"] = [{"coding": [_coding(PURPOSE, code)]} for code in codes]
    return shown


def _patient(entry: Entry, patient: str) -> list[Json]:
    if entry.subject is None:
        return []
    told: Json = {"reference": f"Patient/{patient}"} if patient else {"display": entry.subject}
    return [{"what": told, "type": _coding(ENTITY, "1"), "role": _coding(ROLE, "1")}]


def _contract(audit: Mapping[str, Any]) -> list[Json]:
    contract = audit.get("contract")
    if not isinstance(contract, str):
        return []
    return [
        {
            "what": {"reference": f"Consent/{contract}"},
            "type": _coding(ENTITY, "2"),
            "role": _coding(ROLE, "13"),
        }
    ]


def _resources(audit: Mapping[str, Any]) -> list[Json]:
    """What was touched, by version; only the hash of each where its id may not be told."""
    shown = []
    for one in audit.get("resources", ()):
        place = f"{one['type']}/{one['id']}/_history/{one['version']}" if "id" in one else ""
        what: Json = {"reference": place} if place else {"display": str(one.get("category", "record"))}
        hashed = [{"type": "sha-256", "valueString": one["hash"]}] if "hash" in one else []
        entity = {"what": what, "type": _coding(ENTITY, "2"), "role": _coding(ROLE, "4"), "detail": hashed}
        shown.append({name: value for name, value in entity.items() if value})
    return shown


def _request(audit: Mapping[str, Any]) -> list[Json]:
    if not audit.get("request"):
        return []
    system = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
    return [{"what": {"identifier": {"value": str(audit["request"])}}, "type": _coding(system, "XrequestId")}]


def _coding(system: str, code: str) -> Json:
    return {"system": system, "code": code}
