"""What the floors above may look up about consent.

In a tenant's scope these see that tenant's rows; in a party's scope (`ledger.scope.party_scope`) the rows of that
person, clinician or organisation at every tenant.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Now

from consent import vocabulary
from consent.base_variants import DEFAULT
from consent.emergency_rule import DEFAULT as DEFAULT_RULE
from consent.emergency_rule import Rule
from consent.emergency_rule import from_json as rule_from_json
from consent.errors import UnknownContract, UnknownEmergency, UnknownRequest
from consent.fhir import adopted, writing
from consent.models import (
    Answer,
    BasePolicy,
    Contract,
    ContractRequest,
    EmergencyRule,
    EmergencySession,
    State,
)
from consent.sealing import open_text
from consent.shadowing import Shadow, shadows
from consent.terms import Terms, from_json
from ledger.scope import current_tenant, party_scope


@dataclass(frozen=True)
class Shared:
    """A person whose records are shared with somebody, and until when at the latest."""

    tenant: UUID
    person: UUID
    contracts: int
    ends: datetime


@dataclass(frozen=True)
class Viewer:
    """Who can see a person's records at the custodian now, and by which words she allowed it."""

    contract: UUID
    grantee_kind: str
    grantee: UUID
    sentence: str
    ends: datetime


def contracts_of_person(person: UUID, *, states: Collection[str] = ()) -> list[Contract]:
    """The contracts over this person's records, newest first."""
    found = Contract.objects.filter(person=person).order_by("-proposed_at", "-id")
    return list(found.filter(state__in=states) if states else found)


def contract(id: UUID, *, person: UUID | None = None, grantee: UUID | None = None) -> Contract:  # noqa: A002
    """One contract, of this person or for this grantee where given. Raises UnknownContract."""
    asked = {"id": id, "person": person, "grantee": grantee}
    found = Contract.objects.filter(
        **{name: value for name, value in asked.items() if value is not None}
    ).first()
    if found is None:
        raise UnknownContract("There is no contract with that id that you may see.")
    return found


def terms_of(contract: Contract) -> Terms:
    """What the contract says."""
    return from_json(contract.terms)


def as_fhir(contract: Contract) -> dict[str, Any]:
    """A contract as a FHIR R4 Consent, with our own ids for people and organisations. Raises NotExpressible.

    `status` is active only while it is in force: what a Consent says then is what is decided here.
    """
    if adopted.is_adopted(contract.terms):
        resource = dict(adopted.from_json(contract.terms).consent)
    else:
        resource = writing.write(from_json(contract.terms), person=contract.person)
    in_force = contract.state == State.ACTIVE and contract.ends > datetime.now(UTC)
    waiting = contract.state in (State.PROPOSED, State.SIGNED)
    status = "active" if in_force else "proposed" if waiting else "inactive"
    return resource | {"id": str(contract.id), "status": status}


def contracts_for_grantee(actor: UUID, organisation: UUID | None) -> list[Contract]:
    """The contracts in force in the open scope by which this actor, acting for this organisation, may do something."""
    return list(_for_grantee(actor, organisation).order_by("-activated_at", "-id"))


def people_shared_with(actor: UUID, organisation: UUID | None) -> list[Shared]:
    """Whose records are shared with this actor, acting for this organisation, at every tenant. Needs no scope."""
    found: dict[UUID, Contract] = {}
    for party in filter(None, (actor, organisation)):
        with party_scope(party):
            found |= {item.id: item for item in _for_grantee(actor, organisation).filter(grantee=party)}
    by_person: dict[tuple[UUID, UUID], list[Contract]] = {}
    for item in found.values():
        by_person.setdefault((item.tenant_id, item.person), []).append(item)
    return [
        Shared(tenant, person, len(items), max(item.ends for item in items))
        for (tenant, person), items in sorted(by_person.items())
    ]


def who_can_see(person: UUID) -> list[Viewer]:
    """Whom the contracts in force permit something on this person's records, the longest permission first."""
    return viewers(contracts_of_person(person, states=[State.ACTIVE]))


def viewers(contracts: Collection[Contract]) -> list[Viewer]:
    """The same, of contracts that were looked up already."""
    now = datetime.now(UTC)
    found = [
        Viewer(item.id, item.grantee_kind, item.grantee, item.sentence, item.ends)
        for item in contracts
        if item.state == State.ACTIVE
        and (item.starts or now) <= now < item.ends
        and item.terms["effect"] in ("permit", adopted.EFFECT)
    ]
    return sorted(found, key=lambda one: (one.ends, one.contract), reverse=True)


def shadowing(person: UUID, offers: Sequence[Terms]) -> list[Shadow]:
    """Which of this person's contracts in force these terms would shadow, or be shadowed by, at their custodians."""
    places = {terms.custodian for terms in offers}
    found = _in_force().filter(person=person, tenant_id__in=places).order_by("proposed_at", "id")
    own = [(item.id, from_json(item.terms)) for item in found if not adopted.is_adopted(item.terms)]
    return [shadow for terms in offers for shadow in shadows(terms, own)]


def awaiting_cosigner(cosigner: UUID) -> list[Contract]:
    """The contracts that wait for this account's second signature, in its own scope; the oldest first."""
    return list(_awaiting(cosigner))


def first_to_cosign(cosigner: UUID) -> Subquery:
    """The id of the oldest of them, or None; for a statement that asks more about the account, in its own scope."""
    return Subquery(_awaiting(cosigner).values("id")[:1])


def _awaiting(cosigner: UUID) -> QuerySet[Contract]:
    waiting = Contract.objects.filter(
        state=State.SIGNED, ends__gt=Now(), terms__contains={"cosigner": str(cosigner)}
    )
    return waiting.order_by("signed_at", "id")


def contract_to_cosign(id: UUID, *, cosigner: UUID) -> Contract:  # noqa: A002
    """One contract that names this account as its second signer, wherever it stands. Raises UnknownContract."""
    found = Contract.objects.filter(id=id, terms__contains={"cosigner": str(cosigner)}).first()
    if found is None:
        raise UnknownContract("There is no contract with that id that waits for your signature.")
    return found


def under_notice(people: Collection[UUID]) -> bool:
    """Whether a contract in force over records of these people, in the open scope, owes the redisclosure notice."""
    noted = Q(terms__redisclosure=True) | Q(terms__duties__contains=["redisclosure"])
    return _in_force().filter(noted, person__in=people).exists()


def delegations_to(delegate: UUID) -> list[Contract]:
    """The contracts in force that let somebody decide about the sharing of others, in the delegate's own scope."""
    return list(_delegations(_in_force()).filter(grantee=delegate).order_by("tenant_id", "-ends", "id"))


def delegations_here() -> list[Contract]:
    """Those over records that the open tenant keeps, which hold or rest; the newest first."""
    standing = Contract.objects.filter(
        tenant_id=current_tenant(), state__in=[State.ACTIVE, State.SUSPENDED], ends__gt=Now()
    )
    return list(_delegations(standing).order_by("-proposed_at", "id"))


def granted_by_delegate(delegate: UUID, *, person: UUID) -> list[Contract]:
    """What this delegate granted for the person, newest first, in the tenant's scope."""
    found = Contract.objects.filter(tenant_id=current_tenant(), person=person, grantor=delegate)
    return list(found.exclude(state=State.PROPOSED).order_by("-proposed_at", "-id"))


def contract_by_delegate(id: UUID, *, delegate: UUID, person: UUID) -> Contract:  # noqa: A002
    """One that this delegate granted or proposed for the person, in the tenant's scope. Raises UnknownContract."""
    found = Contract.objects.filter(
        tenant_id=current_tenant(), id=id, person=person, grantor=delegate
    ).first()
    if found is None:
        raise UnknownContract("You granted no such contract for them.")
    return found


def _delegations(found: QuerySet[Contract]) -> QuerySet[Contract]:
    return found.filter(
        grantee_kind="person", terms__effect="permit", terms__actions__contains=[vocabulary.DELEGATED]
    )


def requests_of_person(person: UUID, *, only_open: bool = True) -> list[ContractRequest]:
    """What clinicians ask of this person, newest first."""
    return list(_requests(only_open).filter(person=person))


def requests_by(
    requester: UUID, *, person: UUID | None = None, only_open: bool = False
) -> list[ContractRequest]:
    """What this clinician asked for, newest first."""
    found = _requests(only_open).filter(requester=requester)
    return list(found if person is None else found.filter(person=person))


def request(id: UUID, *, person: UUID) -> ContractRequest:  # noqa: A002
    """One request of this person. Raises UnknownRequest."""
    found = ContractRequest.objects.filter(id=id, person=person).first()
    if found is None:
        raise UnknownRequest("There is no request with that id for this record.")
    return found


def message_of(request: ContractRequest) -> str:
    """What the clinician wrote to the patient. In the tenant's scope."""
    return open_text(request.person, "request-message", request.id, request.message)


def emergency_sessions(*, person: UUID | None = None, actor: UUID | None = None) -> list[EmergencySession]:
    """Emergency sessions, newest first."""
    asked = {"person": person, "actor": actor}
    found = EmergencySession.objects.filter(
        **{name: value for name, value in asked.items() if value is not None}
    )
    return list(found.order_by("-starts", "-id"))


def emergency_session(id: UUID) -> EmergencySession:  # noqa: A002
    """One emergency session. Raises UnknownEmergency."""
    found = EmergencySession.objects.filter(id=id).first()
    if found is None:
        raise UnknownEmergency("There is no emergency session with that id here.")
    return found


def open_emergencies(*, actor: UUID, person: UUID | None = None) -> list[EmergencySession]:
    """The actor's emergency sessions that run now, the longest first."""
    found = EmergencySession.objects.filter(actor=actor, ended_at=None, ends__gt=Now()).order_by("-ends")
    return list(found if person is None else found.filter(person=person))


def emergencies_to_review() -> list[EmergencySession]:
    """The sessions of the open tenant that nobody has reviewed, the oldest first; those that still run too."""
    return list(
        EmergencySession.objects.filter(tenant_id=current_tenant(), reviewed_at=None).order_by("starts")
    )


def reason_of(session: EmergencySession) -> str:
    """Why the glass was broken. In the tenant's scope."""
    return open_text(session.person, "emergency-reason", session.id, session.reason)


def base_policy() -> tuple[int, str]:
    """Version and variant of the open tenant's base policy; version 0 is the default that nobody has set."""
    newest = BasePolicy.objects.filter(tenant_id=current_tenant()).order_by("-version").first()
    return (newest.version, newest.variant) if newest else (0, DEFAULT)


def emergency_rule() -> tuple[int, Rule]:
    """Version and terms of the open tenant's emergency rule; version 0 is the default that nobody has set."""
    newest = EmergencyRule.objects.filter(tenant_id=current_tenant()).order_by("-version").first()
    return (newest.version, rule_from_json(newest.terms)) if newest else (0, DEFAULT_RULE)


def _in_force() -> QuerySet[Contract]:
    begun = Q(starts=None) | Q(starts__lte=Now())
    return Contract.objects.filter(begun, state=State.ACTIVE, ends__gt=Now())


def _for_grantee(actor: UUID, organisation: UUID | None) -> QuerySet[Contract]:
    """Contracts in force for a clinician of this organisation, or without one for a guardian or an application."""
    permits = _in_force().filter(terms__effect="permit")
    if organisation is None:
        return permits.filter(grantee_kind__in=["person", "application"], grantee=actor)
    anywhere = Q(terms__grantee__organisation__isnull=True) | Q(
        terms__grantee__organisation=str(organisation)
    )
    return permits.filter(
        (Q(grantee_kind="practitioner", grantee=actor) & anywhere)
        | Q(grantee_kind="organisation", grantee=organisation)
    )


def _requests(only_open: bool) -> QuerySet[ContractRequest]:
    found = ContractRequest.objects.order_by("-made_at", "-id")
    return found.filter(state=Answer.OPEN, ends__gt=Now()) if only_open else found
