"""The life of a contract: proposed, signed, active, revoked. Each step is one ledger entry in its own transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from consent import instants
from consent.compiler import ContractCode, compile_contract
from consent.errors import (
    ContractEnded,
    PeriodError,
    UnknownContract,
    WrongCustodian,
)
from consent.models import Contract, ContractRequest, State
from consent.sentence import Display
from consent.services.delegation import check_delegate, check_majority
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
    supersedes: UUID | None = None,
    delegate: UUID | None = None,
    majority: datetime | None = None,
) -> Contract:
    """Make a contract over this person's records and put it in force, or let it wait for the second signature.

    `grantor` is the user who signs: the person, or who may act for her; the caller has checked that. `display`
    holds the names that the sentence shows; `request` the request that this contract answers; `supersedes` her
    contract that it takes the place of when it comes into force; `delegate` the guardian, if one acts for her (who
    signs then); `majority` when she comes of age, if she has not. Raises TermsError and its kin, SignatureRefused,
    SignatureTooWeak, DelegationExceeded, BeyondMajority, WrongCustodian, UnknownRequest, RequestClosed,
    UnknownContract, ContractEnded.
    """
    check_signer(signature, grantor=grantor)
    code, former, now = prepare(
        person=person,
        terms=terms,
        display=display,
        supersedes=supersedes,
        delegate=delegate,
        majority=majority,
        strong=signature.strong,
    )
    answered = (
        approve(request=request, person=person, actor=grantor, terms=terms, now=now) if request else None
    )
    contract = enter_proposal(
        person=person, grantor=grantor, terms=terms, code=code, now=now, answered=answered, former=former
    )
    put_in_force(contract, signature, now)
    return contract


class Prepared(NamedTuple):
    """The code of a contract that may be written down, the contract whose place it takes, and the instant."""

    code: ContractCode
    former: Contract | None
    now: datetime


def prepare(
    *,
    person: UUID,
    terms: Terms,
    display: Display,
    supersedes: UUID | None,
    delegate: UUID | None,
    majority: datetime | None,
    strong: bool,
) -> Prepared:
    """Everything that `grant` asks of a contract apart from its signature; takes the person's lock.

    `strong`: whether a delegate signs by more than a password. Raises what `grant` says.
    """
    check_custodian(terms)
    check_majority(terms, majority)
    code = compile_contract(terms, person=person, display=display)
    now = change_of(person)
    terms.check_future(now)
    former = make_way(supersedes, person=person, terms=terms, now=now) if supersedes else None
    if delegate is not None:
        check_delegate(delegate=delegate, person=person, terms=terms, strong=strong, former=former)
    return Prepared(code, former, now)


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
    check_standing(found, now)
    return end(found, State.REVOKED, actor=actor, now=now)


def enter_proposal(
    *,
    person: UUID,
    grantor: UUID,
    terms: Terms,
    code: ContractCode,
    now: datetime,
    answered: ContractRequest | None = None,
    former: Contract | None = None,
) -> Contract:
    """Write a contract down that nobody has signed yet. The caller holds the person's lock."""
    contract = Contract(
        tenant_id=terms.custodian,
        person=person,
        grantor=grantor,
        code_hash=code.code_hash,
        grantee_kind=terms.grantee.kind,
        grantee=terms.grantee.id,
        starts=terms.starts,
        ends=terms.ends,
        counted=terms.counted,
        proposed_at=now,
        state=State.PROPOSED,
        request=answered,
        supersedes=former,
        **code.document,
    )
    contract.save(force_insert=True)
    enter("contract.proposed", contract, actor=grantor, inputs=dict(code.document))
    return contract


def put_in_force(contract: Contract, signature: Signature, now: datetime) -> None:
    """Sign a proposed contract and let it begin, unless it waits for a second signature.

    The caller holds the person's lock and has checked the signature. Raises SignatureTooWeak where the organisation
    does not take this kind.
    """
    require_kind(signature.kind)
    contract.state, contract.signed_at = State.SIGNED, now
    contract.signature_kind, contract.signature_evidence = signature.kind, dict(signature.evidence)
    contract.save(update_fields=["state", "signed_at", "signature_kind", "signature_evidence"])
    enter("contract.signed", contract, actor=signature.by, inputs=signed(contract, signature))
    if contract.terms.get("cosigner") is None:
        activate(contract, now)


def end(contract: Contract, state: State, *, actor: UUID | None, now: datetime, why: str = "") -> Contract:
    """Take a contract out of force; `actor` None where time or use did. The caller holds the person's lock."""
    contract.state, contract.ended_at, contract.ended_by = state, now, actor
    contract.save(update_fields=["state", "ended_at", "ended_by"])
    enter_change(f"contract.{state}", contract, actor=actor, why=why)
    return contract


def standing(contract: UUID, *, person: UUID, now: datetime) -> Contract:
    """A contract of this person that is not over. The caller holds her lock. Raises UnknownContract, ContractEnded."""
    found = Contract.objects.filter(tenant_id=current_tenant(), person=person, id=contract).first()
    if found is None:
        raise UnknownContract("You have no contract with that id here. Look at your list of contracts.")
    check_standing(found, now)
    return found


def make_way(contract: UUID, *, person: UUID, terms: Terms, now: datetime) -> Contract:
    """The contract whose place these terms are to take. It ends when they come into force, so they begin no later.

    Raises as `standing` does, and PeriodError.
    """
    if terms.starts is not None and terms.starts > now:
        raise PeriodError(
            "What takes the place of a contract begins at once, because that one ends. Leave out the start,"
            " or make a contract beside it."
        )
    return standing(contract, person=person, now=now)


def check_standing(contract: Contract, now: datetime) -> None:
    """Raises ContractEnded."""
    if contract.state in ENDED or contract.ends <= now:
        word = contract.state if contract.state in ENDED else State.EXPIRED
        raise ContractEnded(f"This contract is {word} already; nothing is shared under it.")


def check_custodian(terms: Terms) -> None:
    """Raises WrongCustodian."""
    if terms.custodian != current_tenant():
        raise WrongCustodian(
            "The terms name another custodian than the organisation that they are granted at."
        )


def enter_change(kind: str, contract: Contract, *, actor: UUID | None, why: str = "") -> None:
    """Enter a change of what is in force, as the next epoch of the person."""
    inputs = {"code_hash": contract.code_hash, "epoch": next_epoch(contract.person)}
    enter(kind, contract, actor=actor, inputs=inputs, why=why)


def enter(
    kind: str, contract: Contract, *, actor: UUID | None, inputs: Mapping[str, Any], why: str = ""
) -> None:
    """One entry of a contract's life."""
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
    more = {"why": why, "supersedes": str(contract.supersedes_id or "")}
    more["cosigner"] = contract.terms.get("cosigner") or ""
    audit |= {name: value for name, value in more.items() if value}
    append(type=kind, actor=actor, subject=contract.person, audit=audit, inputs=inputs)


def signed(contract: Contract, signature: Signature) -> dict[str, Any]:
    """What the entry of a signature keeps, for replay."""
    kept = {"kind": signature.kind, **signature.evidence}
    return {"code_hash": contract.code_hash, "signature": kept, "by": str(signature.by)}


def activate(contract: Contract, now: datetime) -> None:
    """Put it in force; what it takes the place of ends in the same transaction. The caller holds the person's lock."""
    former = contract.supersedes
    if former is not None:
        former.refresh_from_db()
        if former.state not in ENDED:
            end(former, State.SUPERSEDED, actor=contract.grantor, now=now)
    contract.state, contract.activated_at = State.ACTIVE, now
    contract.save(update_fields=["state", "activated_at"])
    enter_change("contract.activated", contract, actor=contract.grantor)
