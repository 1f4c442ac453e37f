"""Signing by passkey what the check page shows: a challenge for each contract, then the answers of the device."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from consent import services
from consent.errors import SignatureRefused
from consent.signature import Signature
from ledger.scope import party_scope, tenant_scope
from portal.accounts import passkeys
from portal.accounts.identity import Caller
from portal.patients.granting import ContractChanged, Proposal, as_shown

WEAKER = "reauthenticated"


def ways(caller: Caller, offered: Sequence[Proposal]) -> dict[str, bool]:
    """How these can be signed here: `passkey` (the account has one), `weaker` (every organisation takes that)."""
    return ways_at(caller, {each.where.tenant_id for each in offered})


def ways_at(caller: Caller, tenants: Collection[UUID]) -> dict[str, bool]:
    """The same, at these organisations."""
    with party_scope(caller.user):
        taken = services.kinds_taken_at(tenants)
    return {"passkey": bool(passkeys.passkeys(caller.user)), "weaker": WEAKER in taken}


def challenges(
    *, request: HttpRequest, caller: Caller, offered: Sequence[Proposal], shown: str
) -> list[dict[str, Any]]:
    """What the browser is to ask the passkey, a contract each; {"signed", "publicKey"}. Raises ContractChanged."""
    as_shown(offered, shown)
    asked = []
    for each in offered:
        with tenant_scope(each.where.tenant_id):
            made = services.propose(
                person=each.where.person_id,
                grantor=caller.user,
                terms=each.terms,
                display=each.display,
                supersedes=each.supersedes,
                majority=each.majority,
                delegate=each.delegate,
            )
            agreement = services.challenge(contract=made.id, signer=caller.user)
        public_key = passkeys.options(request, agreement, account=caller.user)
        asked.append({"signed": agreement.document(), "publicKey": public_key})
    return asked


def sign(
    *, request: HttpRequest, caller: Caller, offered: Sequence[Proposal], shown: str, answers: str
) -> list[UUID]:
    """Put what was shown in force by the passkey's answers, in their order; returns the contracts.

    Raises ContractChanged, SignatureRefused and its kin.
    """
    as_shown(offered, shown)
    made = []
    for each, answer in zip(offered, _answers(answers, len(offered)), strict=True):
        with tenant_scope(each.where.tenant_id):
            evidence = passkeys.evidence(request, answer, account=caller.user)
            if evidence["signed"].get("code_hash") != each.code.code_hash:
                raise SignatureRefused("The passkey signed another contract than the one shown. Sign again.")
            contract = services.sign(
                contract=_contract(evidence),
                signer=caller.user,
                evidence=evidence,
                request=each.request,
                delegate=each.delegate,
            )
        made.append(contract.id)
    return made


def second_challenge(*, request: HttpRequest, caller: Caller, row: Any, shown: str) -> list[dict[str, Any]]:
    """As `challenges`, for the second signature under this contract. Raises ContractChanged and what refuses it."""
    _as_read(row, shown)
    with tenant_scope(row.tenant_id):
        agreement = services.challenge(contract=row.id, signer=caller.user)
    public_key = passkeys.options(request, agreement, account=caller.user)
    return [{"signed": agreement.document(), "publicKey": public_key}]


def second(
    *, request: HttpRequest, caller: Caller, row: Any, shown: str, answers: str, proof: Mapping[str, Any]
) -> None:
    """Put the second signature under this contract: by passkey where there are `answers`, else by `proof` of who signs.

    Raises ContractChanged, SignatureRefused and its kin, ContractNotWaiting, ContractEnded.
    """
    _as_read(row, shown)
    with tenant_scope(row.tenant_id):
        if not answers:
            signature = Signature(WEAKER, caller.user, proof)
            services.cosign(contract=row.id, signature=signature, cosigner=caller.user)
            return
        (answer,) = _answers(answers, 1)
        evidence = passkeys.evidence(request, answer, account=caller.user)
        services.sign(contract=row.id, signer=caller.user, evidence=evidence)


def _as_read(row: Any, shown: str) -> None:
    if row.code_hash != shown:
        raise ContractChanged("That is not the contract you read. Read it again, then sign.")


def _contract(evidence: dict[str, Any]) -> UUID:
    try:
        return UUID(evidence["signed"]["contract"])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise SignatureRefused("The passkey's answer names no contract. Sign again.") from error


def _answers(text: str, count: int) -> list[Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise SignatureRefused("The passkey's answer cannot be read. Sign again.") from error
    if not isinstance(found, list) or len(found) != count:
        raise SignatureRefused("The passkey has not signed each of the contracts. Sign again.")
    return found
