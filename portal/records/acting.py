"""Deciding for somebody else: whom one looks after, and what a delegation lets one do about their sharing."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from consent import selectors as consent
from consent import services
from consent.errors import UnknownContract
from ledger.scope import party_scope, tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.accounts.models import Registration
from portal.records.patients import Patient, name_patients

SCOPE = "manage_consent"


@dataclass(frozen=True)
class LookedAfter:
    """Somebody who shares their record with the caller as a relative. `places`: at which tenants, until when at the
    latest. `delegations`: the contracts that let the caller decide. `patient` None: the name does not open."""

    person: UUID
    patient: Patient | None
    places: Sequence[tuple[UUID, datetime]]
    delegations: Sequence[Any]


@dataclass(frozen=True)
class Acting:
    """A delegate in front of somebody's sharing. `delegations`: the contracts that allow it, one for each who holds
    records, in the order of `registrations`. `name` is "" where it does not open."""

    person: UUID
    name: str
    delegations: Sequence[Any]
    registrations: Sequence[Registration]

    @property
    def parts(self) -> set[str]:
        """The parts that some delegation covers."""
        return {part for each in self.delegations for part in each.terms["categories"]}

    def check_custodian(self, slug: str) -> None:
        """Say of every other organisation the same, so that nobody learns where else somebody is a patient.

        Raises UnknownPerson.
        """
        if all(each.tenant.slug != slug for each in self.registrations):
            raise UnknownPerson(f"You decide about nothing that {slug!r} keeps of this person.")


def looked_after(*, caller: Caller) -> list[LookedAfter]:
    """Everybody else whose record is shared with the caller as a relative. Only names are shown: nothing is entered.

    Raises ScopeMissing: a name is part of a record.
    """
    caller.requires("records.read")
    shared = [each for each in consent.people_shared_with(caller.user, None) if each.person != caller.person]
    places: dict[UUID, list[tuple[UUID, datetime]]] = {}
    for each in shared:
        places.setdefault(each.person, []).append((each.tenant, each.ends))
    named: dict[UUID, Patient] = {}
    for tenant in dict.fromkeys(each.tenant for each in shared):
        there = {each.person for each in shared if each.tenant == tenant} - named.keys()
        named |= name_patients(caller=caller, tenant=tenant, people=there)
    delegations = _delegations(caller) if places else []
    return [
        LookedAfter(person, named.get(person), held, [one for one in delegations if one.person == person])
        for person, held in places.items()
    ]


def acting_for(*, caller: Caller, person: UUID) -> Acting:
    """The caller as this person's delegate. Raises UnknownPerson if there is no delegation in force, ScopeMissing."""
    caller.requires(SCOPE)
    found = [each for each in _delegations(caller) if each.person == person]
    longest = {each.tenant_id: each for each in reversed(found)}
    if not longest:
        raise UnknownPerson("You may not decide about the sharing of this record. Ask the person.")
    registrations = []
    for tenant in longest:
        with tenant_scope(tenant):
            registrations.append(accounts.registration(person=person))
    known = name_patients(caller=caller, tenant=next(iter(longest)), people=[person])
    name = known[person].name if person in known else ""
    return Acting(person, name, list(longest.values()), registrations)


def granted_for(*, caller: Caller, acting: Acting) -> list[Any]:
    """The contracts that this delegate granted, newest first. Others of the person are not theirs to see."""
    rows: list[Any] = []
    for each in acting.registrations:
        with tenant_scope(each.tenant_id):
            rows += consent.granted_by_delegate(caller.user, person=acting.person)
    return sorted(rows, key=lambda row: row.proposed_at, reverse=True)


def one_granted_for(*, caller: Caller, person: UUID, contract: UUID) -> Any:
    """One that this delegate granted, or only proposed. Raises UnknownPerson, UnknownContract, ScopeMissing."""
    for each in acting_for(caller=caller, person=person).registrations:
        with suppress(UnknownContract), tenant_scope(each.tenant_id):
            return consent.contract_by_delegate(contract, delegate=caller.user, person=person)
    raise UnknownContract("You granted no such contract for them.")


def stop_for(*, caller: Caller, person: UUID, contract: UUID) -> Any:
    """End what one granted for them. Raises as `one_granted_for` does, and ContractEnded."""
    row = one_granted_for(caller=caller, person=person, contract=contract)
    with tenant_scope(row.tenant_id):
        return services.revoke(contract=row.id, actor=caller.user)


def _delegations(caller: Caller) -> list[Any]:
    with party_scope(caller.user):
        return consent.delegations_to(caller.user)
