"""Whose records a clinician has to do with, at every organisation: who shares, who was asked, whose emergency runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from consent import selectors as consent
from ledger.scope import party_scope, tenant_scope
from portal.accounts.identity import Caller
from portal.records.patients import Patient, name_all, registered_all
from portal.records.scoping import SCOPES


@dataclass(frozen=True)
class Related:
    """Contracts in force for the caller, their requests (newest first) and running emergencies; and whom these are
    about, named, by custodian and person. All are as `consent.selectors` returns them. Whom only a request names that
    was answered or is over has no name here: anybody can ask for anybody's records."""

    contracts: Sequence[Any]
    requests: Sequence[Any]
    emergencies: Sequence[Any]
    patients: Mapping[tuple[UUID, UUID], Patient]

    def sharing(self) -> list["Sharing"]:
        """Each patient who is named here once for each custodian, what ends first ahead."""
        together: dict[tuple[UUID, UUID], list[Any]] = {}
        for contract in self.contracts:
            key = contract.tenant_id, contract.person
            if key in self.patients:
                together.setdefault(key, []).append(contract)
        shared = [Sharing(self.patients[key], items) for key, items in together.items()]
        return sorted(shared, key=lambda each: each.ends)


@dataclass(frozen=True)
class Sharing:
    """A patient who shares something, by all of their contracts at one custodian together."""

    patient: Patient
    contracts: Sequence[Any]

    @property
    def newest(self) -> Any:
        return max(self.contracts, key=lambda item: (item.activated_at, item.id))

    @property
    def ends(self) -> datetime:
        ends: datetime = max(item.ends for item in self.contracts)
        return ends

    @property
    def categories(self) -> frozenset[str]:
        return frozenset(
            name for contract in self.contracts for name in consent.terms_of(contract).categories
        )


def related(*, caller: Caller, requests: int = 20) -> Related:
    """What the caller has to do with whom. Names alone are shown, so nothing is entered. Raises ScopeMissing."""
    caller.requires(SCOPES["read"])
    contracts: dict[UUID, Any] = {}
    asked: list[Any] = []
    running: list[Any] = []
    for party in filter(None, (caller.organisation, caller.user)):
        with party_scope(party):
            found = consent.contracts_for_grantee(caller.user, caller.organisation)
            contracts |= {item.id: item for item in found}
            if party == caller.user and requests:
                asked = consent.requests_by(caller.user)[:requests]
                running = consent.open_emergencies(actor=caller.user)
    running = [item for item in running if item.organisation == caller.organisation]
    waiting = [item for item in asked if item.state == "open" and item.ends > datetime.now(UTC)]
    named = _named([*contracts.values(), *waiting, *running])
    return Related(list(contracts.values()), asked, running, named)


def shared_until(*, caller: Caller, tenant: UUID) -> dict[UUID, datetime]:
    """The patients of `tenant` who share something with the caller, and until when the longest of it lasts."""
    with tenant_scope(tenant):
        found = consent.contracts_for_grantee(caller.user, caller.organisation)
    return {contract.person: contract.ends for contract in sorted(found, key=lambda each: each.ends)}


def _named(items: Iterable[Any]) -> dict[tuple[UUID, UUID], Patient]:
    people: dict[UUID, set[UUID]] = {}
    for item in items:
        people.setdefault(item.tenant_id, set()).add(item.person)
    named: dict[tuple[UUID, UUID], Patient] = {}
    for tenant, persons in people.items():
        with tenant_scope(tenant):
            found = registered_all(persons)
        named |= {(tenant, person): patient for person, patient in name_all(tenant, found).items()}
    return named
