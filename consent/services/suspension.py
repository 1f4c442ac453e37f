"""A contract that rests: by the patient, by the custodian for a delegation, or by itself when it is used too much."""

from uuid import UUID

from consent.errors import ContractNotWaiting, UnknownContract
from consent.models import Contract, State
from consent.services.contracts import check_standing, enter_change
from consent.services.order import change_of
from consent.vocabulary import DELEGATED
from ledger.scope import current_tenant

PATIENT, CUSTODIAN, THRESHOLD = "patient", "custodian", "threshold"


def suspend(*, contract: UUID, actor: UUID, person: UUID | None = None) -> Contract:
    """Let a contract rest. The caller has checked that the actor may act for `person`, whose records it is over.

    Without `person` the custodian does it, for a guardian's delegation only (45 CFR 164.502(g)(5)); the caller has
    checked that the actor is its privacy officer. Raises UnknownContract, ContractEnded, ContractNotWaiting.
    """
    found = _found(contract, person, State.ACTIVE)
    return rest(found, actor=actor, why=PATIENT if person else CUSTODIAN)


def resume(*, contract: UUID, actor: UUID, person: UUID | None = None) -> Contract:
    """Let it hold again. What the custodian suspended, only the custodian lets go. Raises as `suspend` does."""
    found = _found(contract, person, State.SUSPENDED)
    if person is not None and found.suspended_by_custodian:
        raise ContractNotWaiting("The organisation suspended this delegation, and only it can end that.")
    if person is None and not found.suspended_by_custodian:
        raise ContractNotWaiting("The patient suspended this delegation, and only she can end that.")
    found.state, found.suspended_by_custodian = State.ACTIVE, False
    found.save(update_fields=["state", "suspended_by_custodian"])
    enter_change("contract.activated", found, actor=actor, why="resumed")
    return found


def rest(contract: Contract, *, actor: UUID | None, why: str) -> Contract:
    """Suspend it; `actor` None where it did so itself. The caller holds the person's lock."""
    contract.state, contract.suspended_by_custodian = State.SUSPENDED, why == CUSTODIAN
    contract.save(update_fields=["state", "suspended_by_custodian"])
    enter_change("contract.suspended", contract, actor=actor, why=why)
    return contract


def _found(contract: UUID, person: UUID | None, state: State) -> Contract:
    found = Contract.objects.filter(tenant_id=current_tenant(), id=contract).first()
    if found is None or (found.person != person if person else not _is_delegation(found)):
        raise UnknownContract("There is no contract with that id here that you may suspend or resume.")
    now = change_of(found.person)
    found.refresh_from_db()
    check_standing(found, now)
    if found.state != state:
        raise ContractNotWaiting(f"This contract is {found.state}, so there is nothing to change.")
    return found


def _is_delegation(contract: Contract) -> bool:
    return contract.grantee_kind == "person" and DELEGATED in contract.terms.get("actions", ())
