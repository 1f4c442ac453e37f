"""The second signature: by whom the contract names alone, by passkey or a weaker kind; or declined."""

from typing import Any

import pytest

from consent import selectors, services
from consent.errors import (
    ContractEnded,
    ContractNotWaiting,
    SignatureOverAnother,
    SignatureReplayed,
    SignatureTooWeak,
    UnknownContract,
)
from consent.models import Contract
from consent.signature import Signature
from ledger.scope import party_scope
from ledger.sequencing import drain
from tests.authenticator import SoftKey
from tests.consent import cast
from tests.consent.deciding import accessed
from tests.consent.doings import entries, granted, reads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("logs")]


def waiting() -> Contract:
    return granted(cosigner=cast.GUARDIAN)


def asked(contract: Contract, signer: Any = cast.GUARDIAN) -> dict[str, Any]:
    return services.challenge(contract=contract.id, signer=signer).document()


def signs(contract: Contract, evidence: dict[str, Any], signer: Any = cast.GUARDIAN) -> Contract:
    return services.sign(contract=contract.id, signer=signer, evidence=evidence)


def test_whoever_is_named_finds_what_waits_and_nobody_else_does() -> None:
    with cast.at_st_mary():
        contract = waiting()
        granted()
    with party_scope(cast.GUARDIAN):
        assert [one.id for one in selectors.awaiting_cosigner(cast.GUARDIAN)] == [contract.id]
        assert selectors.contract_to_cosign(contract.id, cosigner=cast.GUARDIAN).id == contract.id
    with party_scope(cast.OUTSIDER):
        assert selectors.awaiting_cosigner(cast.OUTSIDER) == []
        assert selectors.awaiting_cosigner(cast.GUARDIAN) == []
        with pytest.raises(UnknownContract):
            selectors.contract_to_cosign(contract.id, cosigner=cast.GUARDIAN)


def test_a_passkey_puts_the_second_signature_and_replay_checks_it() -> None:
    key = SoftKey()
    with cast.at_st_mary():
        contract = waiting()
        assert not accessed().any_permitted
        made = signs(contract, key.evidence(asked(contract)))
        assert (made.state, made.cosignature_kind) == ("active", "passkey")
        assert accessed().any_permitted
    with party_scope(cast.GUARDIAN):
        assert selectors.awaiting_cosigner(cast.GUARDIAN) == []
    drain()
    found = services.replay(tenant=cast.ST_MARY)
    assert (found.differs, found.unreplayable, found.decisions) == (0, 0, 2), found.findings


def test_the_first_signers_passkey_is_not_asked_twice() -> None:
    with cast.at_st_mary():
        contract = waiting()
        for signer, refused in ((cast.PATIENT_USER, ContractEnded), (cast.OUTSIDER, UnknownContract)):
            with pytest.raises(refused):
                asked(contract, signer)


def test_a_second_signature_counts_once_and_for_its_contract() -> None:
    key = SoftKey()
    with cast.at_st_mary():
        first, other = waiting(), granted(cosigner=cast.GUARDIAN, categories=["visits"])
        evidence = key.evidence(asked(first))
        with pytest.raises(SignatureOverAnother):
            signs(other, evidence)
        signs(first, evidence)
        with pytest.raises(ContractEnded):
            signs(first, evidence)
        forged = key.evidence({**asked(other), "nonce": evidence["signed"]["nonce"]})
        with pytest.raises(SignatureReplayed):
            signs(other, forged)
        assert not reads(cast.record("visits")).permitted


def test_a_weak_second_signature_is_refused_where_the_organisation_takes_none() -> None:
    weak = Signature("reauthenticated", cast.GUARDIAN)
    with cast.at_st_mary():
        contract = waiting()
        services.set_signature_rule(kinds=["passkey"], actor=cast.ADMINISTRATOR)
        with pytest.raises(SignatureTooWeak):
            services.cosign(contract=contract.id, signature=weak, cosigner=cast.GUARDIAN)
        assert not reads().permitted


def test_what_is_declined_ends_and_never_permitted_anything() -> None:
    with cast.at_st_mary():
        contract = waiting()
        with pytest.raises(UnknownContract):
            services.decline_cosignature(contract=contract.id, cosigner=cast.OUTSIDER)
        ended = services.decline_cosignature(contract=contract.id, cosigner=cast.GUARDIAN)
        assert (ended.state, ended.ended_by) == ("revoked", cast.GUARDIAN)
        assert not reads().permitted
        for again in (services.decline_cosignature,):
            with pytest.raises((ContractEnded, ContractNotWaiting)):
                again(contract=contract.id, cosigner=cast.GUARDIAN)
    drain()
    newest = entries()[0]
    assert (newest.type, newest.audit["why"]) == ("contract.revoked", "second signature declined")


def test_what_is_in_force_is_not_declined_any_more() -> None:
    with cast.at_st_mary():
        contract = waiting()
        signature = Signature("reauthenticated", cast.GUARDIAN)
        services.cosign(contract=contract.id, signature=signature, cosigner=cast.GUARDIAN)
        with pytest.raises(ContractNotWaiting):
            services.decline_cosignature(contract=contract.id, cosigner=cast.GUARDIAN)
        assert reads().permitted
