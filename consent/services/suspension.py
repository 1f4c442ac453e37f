"""A contract that rests: by the patient, by the custodian for a delegation, or by itself when it is used too much."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from consent.errors import ContractNotWaiting, UnknownContract
from consent.models import Contract, State
from consent.services.contracts import check_standing, end, enter_change
from consent.services.order import change_of
from ledger.scope import current_tenant

PATIENT, CUSTODIAN, THRESHOLD = "patient", "custodian", "threshold"


def suspend(*, contract: UUID, actor: UUID, person: UUID | None = None) -> Contract:
    """Let a contract rest. The caller has checked that the actor may act for `person`, whose records it is over.

    Without `person` the custodian does it, for a guardian's delegation only (45 CFR 164.502(g)(5)); the caller has
    checked that the actor is its privacy officer. What the guardian let others see then rests too, and what still
    waits for a second signature ends. Raises UnknownContract, ContractEnded, ContractNotWaiting.
    """
    found, now = _found(contract, person, State.ACTIVE)
    rest(found, actor=actor, why=PATIENT if person else CUSTODIAN)
    if person is None:
        for one in _granted_under(found, now).filter(state=State.ACTIVE):
            rest(one, actor=actor, why=CUSTODIAN)
        for one in _granted_under(found, now).filter(state=State.SIGNED):
            end(one, State.REVOKED, actor=actor, now=now, why=CUSTODIAN)
    return found


def resume(*, contract: UUID, actor: UUID, person: UUID | None = None) -> Contract:
    """Let it hold again. A delegation that the custodian suspended, only the custodian lets go; what rested with it
    holds again then, or before if the patient wants it. Raises as `suspend` does."""
    found, now = _found(contract, person, State.SUSPENDED)
    if person is not None and found.suspended_by_custodian and found.is_delegation:
        raise ContractNotWaiting("The organisation suspended this delegation, and only it can end that.")
    if person is None and not found.suspended_by_custodian:
        raise ContractNotWaiting("The patient suspended this delegation, and only she can end that.")
    _hold(found, actor)
    if person is None:
        for one in _granted_under(found, now).filter(state=State.SUSPENDED, suspended_by_custodian=True):
            _hold(one, actor)
    return found


def rest(contract: Contract, *, actor: UUID | None, why: str) -> Contract:
    """Suspend it; `actor` None where it did so itself. The caller holds the person's lock."""
    contract.state, contract.suspended_by_custodian = State.SUSPENDED, why == CUSTODIAN
    contract.save(update_fields=["state", "suspended_by_custodian"])
    enter_change("contract.suspended", contract, actor=actor, why=why)
    return contract


def _hold(contract: Contract, actor: UUID) -> None:
    contract.state, contract.suspended_by_custodian = State.ACTIVE, False
    contract.save(update_fields=["state", "suspended_by_custodian"])
    enter_change("contract.activated", contract, actor=actor, why="resumed")


def _granted_under(delegation: Contract, now: datetime) -> QuerySet[Contract]:
    """What this guardian let others see of her record here and is not over, the oldest first. Refusals stay."""
    found = Contract.objects.filter(
        tenant_id=delegation.tenant_id, person=delegation.person, grantor=delegation.grantee, ends__gt=now
    )
    return found.exclude(terms__effect="deny").order_by("proposed_at", "id")


def _found(contract: UUID, person: UUID | None, state: State) -> tuple[Contract, datetime]:
    """The contract, under the person's lock, and the instant."""
    found = Contract.objects.filter(tenant_id=current_tenant(), id=contract).first()
    if found is None or (found.person != person if person else not found.is_delegation):
        raise UnknownContract("There is no contract with that id here that you may suspend or resume.")
    now = change_of(found.person)
    found.refresh_from_db()
    check_standing(found, now)
    if found.state != state:
        raise ContractNotWaiting(f"This contract is {found.state}, so there is nothing to change.")
    return found, now
