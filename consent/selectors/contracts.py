"""Contracts over somebody's records, and those that let somebody see the records of others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from consent.errors import UnknownContract
from consent.fhir import adopted, writing
from consent.models import Contract, State
from consent.shadowing import Shadow, shadows
from consent.terms import Terms, from_json
from ledger.scope import party_scope


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
    found = in_force().filter(person=person, tenant_id__in=places).order_by("proposed_at", "id")
    own = [(item.id, from_json(item.terms)) for item in found if not adopted.is_adopted(item.terms)]
    return [shadow for terms in offers for shadow in shadows(terms, own)]


def under_notice(people: Collection[UUID]) -> bool:
    """Whether a contract in force over records of these people, in the open scope, owes the redisclosure notice."""
    noted = Q(terms__redisclosure=True) | Q(terms__duties__contains=["redisclosure"])
    return in_force().filter(noted, person__in=people).exists()


def in_force() -> QuerySet[Contract]:
    """Active, begun and not over, in the open scope."""
    begun = Q(starts=None) | Q(starts__lte=Now())
    return Contract.objects.filter(begun, state=State.ACTIVE, ends__gt=Now())


def _for_grantee(actor: UUID, organisation: UUID | None) -> QuerySet[Contract]:
    """Contracts in force for a clinician of this organisation, or without one for a guardian or an application."""
    permits = in_force().filter(terms__effect="permit")
    if organisation is None:
        return permits.filter(grantee_kind__in=["person", "application"], grantee=actor)
    anywhere = Q(terms__grantee__organisation__isnull=True) | Q(
        terms__grantee__organisation=str(organisation)
    )
    return permits.filter(
        (Q(grantee_kind="practitioner", grantee=actor) & anywhere)
        | Q(grantee_kind="organisation", grantee=organisation)
    )
