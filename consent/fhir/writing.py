"""A contract of ours as a FHIR R4 Consent; what a Consent cannot express is refused by its name, never left out.

Read again by rules S1 to S15 the Consent alone decides as the contract alone does. Beside others it is stricter in one
thing: a contract is silent on records that bear a sensitivity it does not name, where a Consent has to deny them.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from consent import clauses, instants, vocabulary
from consent.errors import NotExpressible
from consent.fhir import bridge, codes
from consent.grantee import Named
from consent.terms import Terms

_MICROSECOND = timedelta(microseconds=1)
_RECIPIENT, _FOR_CARE = "IRCP", "PRCP"


def write(terms: Terms, *, person: UUID) -> dict[str, Any]:
    """The Consent of these terms over this person's records. Raises NotExpressible."""
    _check(terms)
    provision: dict[str, Any] = {
        "type": terms.effect,
        "period": _period(terms.starts, terms.ends),
        "actor": [_actor(reference, role) for reference, role in _actors(terms)],
        "action": [_concept(codes.ACTION_SYSTEM, bridge.ACTIONS[name]) for name in terms.actions],
        "purpose": [_coding(codes.PURPOSE_SYSTEM, name) for name in terms.purposes],
    }
    provision |= _data(terms) | _labels(terms)
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": _concept(codes.SCOPE_SYSTEM, "patient-privacy"),
        "category": [_concept("http://loinc.org", "59284-0")],
        "patient": {"reference": bridge.patient(person)},
        "organization": [{"reference": f"Organization/{terms.custodian}"}],
        "policyRule": {
            "coding": [_coding(codes.DUTY_SYSTEM, duty) for duty in terms.duties or ("none",)],
        },
        "provision": provision,
    }


def _check(terms: Terms) -> None:
    """Raises NotExpressible for the first part that no Consent has."""
    said = {
        "uses": terms.uses is not None,
        "suspend_above": terms.suspend_above is not None,
        "strong": terms.strong and terms.effect == "permit",
        "during": bool(terms.during),
        "cosigner": terms.cosigner is not None,
        "manage_consent": vocabulary.DELEGATED in terms.actions,
        "types beside categories": bool(terms.types and terms.categories),
        "dependents": any(one.meaning == "dependents" for one in terms.records),
        "the label V": terms.effect == "permit" and "V" in terms.sensitivity,
        "a role of staff other than clinicians": terms.grantee.kind == "role"
        and terms.effect == "permit"
        and terms.grantee.role != "clinician",
    }
    for part, there in said.items():
        if there:
            raise NotExpressible(f"A FHIR Consent cannot say {part}, so the contract was not written as one.")


def _actors(terms: Terms) -> list[tuple[str, str]]:
    """Whom, as `bridge` names the same; a refusal reaches somebody in whatever role they act."""
    grantee = terms.grantee
    key = grantee.id
    if grantee.kind == "practitioner" and grantee.organisation is not None:
        return [(bridge.member(key, grantee.organisation), _FOR_CARE)]
    if grantee.kind == "role":
        return [(bridge.role_at(key, grantee.role), _FOR_CARE)]
    places = {"organisation": "Organization", "team": "CareTeam", "group": "Group"}
    if grantee.kind in places:
        return [(f"{places[grantee.kind]}/{key}", _FOR_CARE)]
    if terms.effect == "deny":
        return [(f"{kind}/{key}", _RECIPIENT) for kind in ("Device", "Practitioner", "RelatedPerson")]
    accounts = {
        "practitioner": ("Practitioner", _FOR_CARE),
        "application": ("Device", _RECIPIENT),
        "person": ("RelatedPerson", _RECIPIENT),
    }
    kind, role = accounts[grantee.kind]
    return [(f"{kind}/{key}", role)]


def _data(terms: Terms) -> dict[str, Any]:
    found: dict[str, Any] = {}
    classes = [_coding(codes.CATEGORY_SYSTEM, name) for name in terms.categories]
    if classes := [*classes, *(_coding(codes.TYPE_SYSTEM, name) for name in terms.types)]:
        found["class"] = classes
    if terms.records:
        found["data"] = [_datum(one) for one in terms.records]
    if terms.data_starts is not None or terms.data_ends is not None:
        found["dataPeriod"] = _period(terms.data_starts, terms.data_ends)
    return found


def _labels(terms: Terms) -> dict[str, Any]:
    """The labels of a refusal are FHIR's. A permit that reaches some sensitivities denies the others as an exception:
    FHIR asks for one label that is covered, a contract for all."""
    if terms.effect == "deny":
        return {"securityLabel": [_label(code) for code in terms.sensitivity]} if terms.sensitivity else {}
    reached = clauses.reached(terms)
    if "ETH" not in reached and set(vocabulary.UNDER["ETH"]) & set(reached):
        raise NotExpressible("A FHIR Consent cannot say ETHUD or OPIOIDUD without ETH.")
    if "ETH" in reached and not set(vocabulary.UNDER["ETH"]) <= set(reached):
        raise NotExpressible("A FHIR Consent cannot say ETH without what is under it.")
    level = "R" if "R" in terms.sensitivity else "N"
    closed = sorted(set(vocabulary.SENSITIVITIES) - vocabulary.LEVELS.keys() - set(reached))
    denied = ["V", *closed]
    return {
        "securityLabel": [_label(code) for code in (level, *reached)],
        "provision": [{"type": "deny", "securityLabel": [_label(code) for code in denied]}],
    }


def _period(starts: Any, ends: Any) -> dict[str, str]:
    """Ours is half-open to the microsecond, FHIR's includes its last one."""
    found = {} if starts is None else {"start": instants.iso(starts)}
    return found if ends is None else found | {"end": instants.iso(ends - _MICROSECOND)}


def _actor(reference: str, role: str) -> dict[str, Any]:
    return {"role": _concept(codes.ROLE_SYSTEM, role), "reference": {"reference": reference}}


def _datum(one: Named) -> dict[str, Any]:
    return {"meaning": one.meaning, "reference": {"reference": one.reference}}


def _label(code: str) -> dict[str, str]:
    system = codes.LEVEL_SYSTEM if code in vocabulary.LEVELS else codes.SENSITIVITY_SYSTEM
    return _coding(system, code)


def _concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [_coding(system, code)]}


def _coding(system: str, code: str) -> dict[str, str]:
    return {"system": system, "code": code}
