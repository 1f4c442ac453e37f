"""A request of ours as FHIR consents see it: the same facts under the references that consents name.

When a Consent is adopted its references to people, organisations, teams and groups are put as ours, by these
functions; so a decision compares nothing but equal strings.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from consent.evidence import uid
from consent.facts import AccessRequest, Group
from consent.fhir import codes
from consent.fhir.asking import Record, of_record

ACTIONS: Mapping[str, str] = {"read": "access", "write": "correct", "export": "disclose"}
"""What FHIR calls our actions. Deciding about sharing is none of FHIR's: no Consent delegates it."""
STAFF = ("clinician", "administrator", "privacy_officer", "auditor")
_ROLES: Mapping[str, str] = {"clinician": "PRCP", "guardian": "IRCP", "application": "IRCP"}
"""HL7 v3 ParticipationType of our roles: who receives information for care, or at all. Other staff receive none."""


def inputs(request: AccessRequest, groups: Sequence[Group], *, now: int) -> dict[str, Any]:
    """What `engine.execute` takes as the part `fhir` of its evidence: a request and its entities."""
    actor = uid("Actor", account(request))
    context: dict[str, Any] = {"roles": codes.roles_of(_ROLES.get(request.role or "")), "now": now}
    context["purpose"] = f"{codes.PURPOSE_SYSTEM}|{request.purpose}"
    parties = [uid("Party", party) for party in parties_of(request)]
    entity = {"uid": actor, "attrs": {"present": True, "identified": True}, "parents": parties}
    records = [of_record(_record(request, group), position) for position, group in enumerate(groups)]
    return {
        "principal": actor,
        "action": uid("Action", ACTIONS[request.action]),
        "context": context,
        "entities": [entity, *records],
    }


def account(request: AccessRequest) -> str:
    """The actor in the role acted in: as staff, as a program, else as somebody whom the patient knows."""
    kind = "Practitioner" if request.role in STAFF else "RelatedPerson"
    return f"{'Device' if request.role == 'application' else kind}/{request.actor}"


def parties_of(request: AccessRequest) -> list[str]:
    """All that a consent may name to reach the actor (rule S9)."""
    parties = {account(request)}
    if request.organisation is not None:
        parties.add(f"Organization/{request.organisation}")
        parties.add(member(request.actor, request.organisation))
        if request.role:
            parties.add(role_at(request.organisation, request.role))
    parties |= {f"CareTeam/{team}" for team in request.teams}
    parties |= {f"Group/{group}" for group in request.groups}
    return sorted(parties)


def member(actor: UUID, organisation: UUID) -> str:
    """Somebody acting for one organisation; the two ids fill what FHIR lets an id be."""
    return f"PractitionerRole/{actor.hex}{organisation.hex}"


def role_at(organisation: UUID, role: str) -> str:
    """Whoever acts in a role for an organisation."""
    return f"PractitionerRole/{organisation}.{role.replace('_', '-')}"


def patient(person: UUID) -> str:
    """Whose records."""
    return f"Patient/{person}"


def _record(request: AccessRequest, group: Group) -> Record:
    told = group.particulars
    key = told.reference.partition("/")[2]
    return Record(
        type=group.type,
        id=key,
        patient=patient(request.person),
        labels=group.labels,
        related=tuple(sorted(told.linked)),
        author=told.author,
        dates=told.dates,
        category=group.category,
    )
