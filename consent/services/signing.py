"""Two steps to a passkey's signature: write the contract down and give a challenge; take the assertion over it.

The second signature, where one is due, is taken in the same two steps.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from consent import instants, passkey
from consent.errors import ContractEnded, SignatureExpired, SignatureReplayed, UnknownContract
from consent.models import Contract, SigningChallenge, State
from consent.passkey import Agreement
from consent.sentence import Display
from consent.services.contracts import enter_proposal, prepare, put_in_force, standing
from consent.services.cosigning import put_second
from consent.services.delegation import check_delegate
from consent.services.order import change_of
from consent.services.requests import approve
from consent.signature import Signature, Signed, verify
from consent.signing_keys import INTRODUCED, TYPES, name_of
from consent.terms import Terms, from_json
from ledger import selectors as ledger
from ledger.scope import current_tenant
from ledger.services import append

LASTS = timedelta(minutes=5)


def propose(
    *,
    person: UUID,
    grantor: UUID,
    terms: Terms,
    display: Display,
    supersedes: UUID | None = None,
    delegate: UUID | None = None,
    majority: datetime | None = None,
) -> Contract:
    """Write a contract down for `grantor` to sign. Nothing is shared by it; the same words again are the same row.

    The caller has checked that the grantor may speak for the person; the rest is as `grant` says. Raises TermsError and
    its kin, WrongCustodian, DelegationExceeded, BeyondMajority, UnknownContract, ContractEnded.
    """
    code, former, now = prepare(
        person=person,
        terms=terms,
        display=display,
        supersedes=supersedes,
        delegate=delegate,
        majority=majority,
        strong=True,
    )
    waiting = Contract.objects.filter(
        tenant_id=terms.custodian,
        person=person,
        grantor=grantor,
        state=State.PROPOSED,
        code_hash=code.code_hash,
        supersedes=former,
    ).first()
    return waiting or enter_proposal(
        person=person, grantor=grantor, terms=terms, code=code, now=now, former=former
    )


def challenge(*, contract: UUID, signer: UUID) -> Agreement:
    """What the passkey of whose signature is due is to sign, within five minutes and once.

    Raises UnknownContract, ContractEnded.
    """
    found = _due(contract, signer)
    now = change_of(found.person)
    SigningChallenge.objects.filter(tenant_id=found.tenant_id, contract=found, expires__lte=now).delete()
    given = SigningChallenge.objects.create(
        tenant_id=found.tenant_id,
        contract=found,
        signer=signer,
        nonce=secrets.token_bytes(32),
        expires=now + LASTS,
    )
    return Agreement(
        contract=str(found.id),
        code_hash=found.code_hash,
        log=ledger.log_status().origin,
        person=str(found.person),
        nonce=passkey.to_text(bytes(given.nonce)),
        expires=instants.iso(given.expires),
    )


def sign(
    *,
    contract: UUID,
    signer: UUID,
    evidence: Mapping[str, Any],
    request: UUID | None = None,
    delegate: UUID | None = None,
) -> Contract:
    """Put a contract in force by the passkey of its grantor, or of its second signer where that one's is due.

    `evidence` is as `consent.passkey.EVIDENCE` says; the caller has checked that the key is the signer's and that
    origin and rpId are ours. `delegate`: the guardian, if one acts for the person, whose delegation has to cover this
    still; it and `request` are for the first signature. Raises SignatureOverAnother, SignatureReplayed,
    SignatureExpired, SignatureRefused, UnknownContract, ContractEnded, UnknownRequest, RequestClosed,
    DelegationExceeded.
    """
    found = _due(contract, signer)
    signature = Signature("passkey", signer, evidence)
    log = ledger.log_status().origin
    verify({"kind": "passkey", **evidence}, Signed(str(found.id), found.code_hash, log))
    now = change_of(found.person)
    found.refresh_from_db()
    _still_due(found, signer)
    _use_up(found, signer, evidence["signed"], instants.iso(now))
    _introduce(found, signer, evidence)
    if found.state == State.SIGNED:
        return put_second(found, signature)
    terms = from_json(found.terms)
    former = standing(found.supersedes_id, person=found.person, now=now) if found.supersedes_id else None
    if delegate is not None:
        check_delegate(
            delegate=delegate, person=found.person, terms=terms, strong=signature.strong, former=former
        )
    if request is not None:
        found.request = approve(request=request, person=found.person, actor=signer, terms=terms, now=now)
        found.save(update_fields=["request"])
    put_in_force(found, signature, now)
    return found


def _introduce(contract: Contract, signer: UUID, evidence: Mapping[str, Any]) -> None:
    """Tell the log of a key before it signs, unless it knows: the account may have had it before it came here."""
    key = name_of(evidence)
    told = ledger.subject_entries(subject=contract.person, types=TYPES)
    if not any(entry.audit.get("key") == key for entry in told):
        audit = {"credential": "webauthn", "account": str(signer), "key": key}
        append(type=INTRODUCED, actor=signer, subject=contract.person, audit=audit)


def _due(contract: UUID, signer: UUID) -> Contract:
    found = Contract.objects.filter(tenant_id=current_tenant(), id=contract).first()
    if found is None or str(signer) not in (str(found.grantor), found.terms.get("cosigner")):
        raise UnknownContract("You have no contract with that id to sign here.")
    _still_due(found, signer)
    return found


def _still_due(contract: Contract, signer: UUID) -> None:
    if contract.state != (State.PROPOSED if contract.grantor == signer else State.SIGNED):
        raise ContractEnded(f"This contract is {contract.state}; no signature of yours is due.")


def _use_up(contract: Contract, signer: UUID, signed: Mapping[str, Any], now: str) -> None:
    """Take the challenge away in the transaction that uses it, so that nobody uses it twice."""
    nonce = passkey.from_text(str(signed.get("nonce", "")))
    given = SigningChallenge.objects.filter(
        tenant_id=contract.tenant_id, contract=contract, signer=signer, nonce=nonce
    )
    row = given.select_for_update().first()
    said = (signed.get("expires"), signed.get("person"))
    if row is None or said != (instants.iso(row.expires), str(contract.person)):
        raise SignatureReplayed(
            "This signature was used already, or answers no question of ours. Sign again."
        )
    row.delete()
    if instants.iso(row.expires) <= now:
        raise SignatureExpired("The time to sign was over. Nothing is shared. Sign again.")
