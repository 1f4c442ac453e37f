"""The life of a contract: proposed, signed, active, revoked. Each step is one ledger entry in its own transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from consent import instants
from consent.compiler import ContractCode, compile_contract
from consent.errors import ContractEnded, UnknownContract, WrongCustodian
from consent.models import Contract, ContractRequest, State
from consent.sentence import Display
from consent.services.order import change_of, next_epoch
from consent.services.requests import approve
from consent.services.signature_rules import require_kind
from consent.signature import Signature, check_signer
from consent.terms import Terms
from ledger.scope import current_tenant
from ledger.services import append

ENDED = frozenset({State.REVOKED, State.EXPIRED, State.SUPERSEDED})


def grant(
    *,
    person: UUID,
    grantor: UUID,
    terms: Terms,
    signature: Signature,
    display: Display,
    request: UUID | None = None,
) -> Contract:
    """Make a contract over this person's records and put it in force.

    `grantor` is the user who signs: the person, or who may act for her; the caller has checked that. `display`
    holds the names that the sentence shows; `request` the request that this contract answers. Raises TermsError
    and its kin, SignatureRefused, SignatureTooWeak, WrongCustodian, UnknownRequest, RequestClosed.
    """
    if terms.custodian != current_tenant():
        raise WrongCustodian(
            "The terms name another custodian than the organisation that they are granted at."
        )
    check_signer(signature, grantor=grantor)
    code = compile_contract(terms, person=person, display=display)
    now = change_of(person)
    terms.check_future(now)
    answered = (
        approve(request=request, person=person, actor=grantor, terms=terms, now=now) if request else None
    )
    contract = enter_proposal(
        person=person, grantor=grantor, terms=terms, code=code, now=now, answered=answered
    )
    put_in_force(contract, signature, now)
    return contract


def enter_proposal(
    *,
    person: UUID,
    grantor: UUID,
    terms: Terms,
    code: ContractCode,
    now: datetime,
    answered: ContractRequest | None = None,
) -> Contract:
    """Write a contract down that nobody has signed yet. The caller holds the person's lock."""
    contract = _proposed(person, grantor, terms, code, now)
    contract.request = answered
    contract.save(force_insert=True)
    _enter("contract.proposed", contract, actor=grantor, inputs=dict(code.document))
    return contract


def put_in_force(contract: Contract, signature: Signature, now: datetime) -> None:
    """Sign a proposed contract and let it begin. The caller holds the person's lock and has checked the signature.

    Raises SignatureTooWeak where the organisation does not take this kind.
    """
    require_kind(signature.kind)
    _sign(contract, signature, now)
    _activate(contract, now)


def revoke(*, contract: UUID, actor: UUID, person: UUID | None = None) -> Contract:
    """End a contract. It bites on the next decision.

    The contract must be over the records of `person` (the caller has checked that the actor is her, or may act
    for her), or without `person` one that the actor granted: else UnknownContract. Raises ContractEnded.
    """
    found = Contract.objects.filter(tenant_id=current_tenant(), id=contract).first()
    if found is None or (found.grantor != actor if person is None else found.person != person):
        raise UnknownContract("You have no contract with that id here. Look at your list of contracts.")
    now = change_of(found.person)
    found.refresh_from_db()
    if found.state in ENDED or found.ends <= now:
        word = found.state if found.state in ENDED else State.EXPIRED
        raise ContractEnded(f"This contract is {word} already; nothing is shared under it.")
    return end(found, State.REVOKED, actor=actor, now=now)


def end(contract: Contract, state: State, *, actor: UUID | None, now: datetime) -> Contract:
    """Take a contract out of force; `actor` None where time did. The caller holds the person's lock."""
    contract.state, contract.ended_at, contract.ended_by = state, now, actor
    contract.save(update_fields=["state", "ended_at", "ended_by"])
    epoch = next_epoch(contract.person)
    _enter(
        f"contract.{state}", contract, actor=actor, inputs={"code_hash": contract.code_hash, "epoch": epoch}
    )
    return contract


def _proposed(person: UUID, grantor: UUID, terms: Terms, code: ContractCode, now: datetime) -> Contract:
    return Contract(
        tenant_id=terms.custodian,
        person=person,
        grantor=grantor,
        code_hash=code.code_hash,
        grantee_kind=terms.grantee.kind,
        grantee=terms.grantee.id,
        starts=terms.starts,
        ends=terms.ends,
        proposed_at=now,
        **code.document,
    )


def _sign(contract: Contract, signature: Signature, now: datetime) -> None:
    contract.state, contract.signed_at = State.SIGNED, now
    contract.signature_kind, contract.signature_evidence = signature.kind, dict(signature.evidence)
    contract.save(update_fields=["state", "signed_at", "signature_kind", "signature_evidence"])
    signed = {"code_hash": contract.code_hash, "signature": {"kind": signature.kind, **signature.evidence}}
    _enter("contract.signed", contract, actor=signature.by, inputs=signed)


def _activate(contract: Contract, now: datetime) -> None:
    contract.state, contract.activated_at = State.ACTIVE, now
    contract.save(update_fields=["state", "activated_at"])
    epoch = next_epoch(contract.person)
    inputs = {"code_hash": contract.code_hash, "epoch": epoch}
    _enter("contract.activated", contract, actor=contract.grantor, inputs=inputs)


def _enter(kind: str, contract: Contract, *, actor: UUID | None, inputs: dict[str, Any]) -> None:
    audit = {
        "contract": str(contract.id),
        "state": str(contract.state),
        "code_hash": contract.code_hash,
        "sentence": contract.sentence,
        "grantee": {"kind": contract.grantee_kind, "id": str(contract.grantee)},
        "signature": contract.signature_kind,
        "ends": instants.iso(contract.ends),
        "request": str(contract.request_id) if contract.request_id else None,
    }
    append(type=kind, actor=actor, subject=contract.person, audit=audit, inputs=inputs)
