"""A passkey signs a proposed contract: once, in time, over exactly that; and anyone can check it afterwards."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from consent import selectors, services
from consent.errors import (
    ConsentError,
    ContractEnded,
    SignatureExpired,
    SignatureOverAnother,
    SignatureRefused,
    SignatureReplayed,
    SignatureTooWeak,
    UnknownContract,
)
from consent.models import Contract, SigningChallenge
from consent.passkey import challenge_of, to_text, verify_assertion
from consent.verifying import verify_consent
from ledger.hashing import sha256
from ledger.selectors import evidence as entries_with_evidence
from ledger.sequencing import drain
from ledger.services import append
from tests.authenticator import SoftKey
from tests.consent import cast
from tests.consent.doings import entries, granted, reads

ROOT = Path(__file__).resolve().parent.parent.parent
usefixtures = pytest.mark.usefixtures


def proposed(**changes: Any) -> Contract:
    terms = cast.terms(**{"ends": cast.in_a_year()} | changes)
    return services.propose(person=cast.PATIENT, grantor=cast.PATIENT_USER, terms=terms, display=cast.DISPLAY)


def asked(contract: Contract) -> dict[str, Any]:
    """The agreement that the passkey is asked to sign."""
    return services.challenge(contract=contract.id, signer=cast.PATIENT_USER).document()


def signed(contract: Contract, evidence: dict[str, Any]) -> Contract:
    return services.sign(contract=contract.id, signer=cast.PATIENT_USER, evidence=evidence)


@usefixtures("logs")
def test_what_is_proposed_permits_nothing_until_the_passkey_has_signed() -> None:
    with cast.at_st_mary():
        contract = proposed()
        assert proposed(ends=contract.ends).id == contract.id, "the same words again"
        assert not reads().permitted
        made = signed(contract, SoftKey().evidence(asked(contract)))
        assert (made.state, made.signature_kind) == ("active", "passkey")
        assert reads().permitted
        assert SigningChallenge.objects.count() == 0
    found = [entry.type for entry in entries()]
    assert found == ["contract.activated", "contract.signed", "credential.introduced", "contract.proposed"]


@usefixtures("logs")
@pytest.mark.parametrize(
    ("change", "how", "error"),
    [
        ({"code_hash": "0" * 64}, {}, SignatureOverAnother),
        ({"contract": "0"}, {}, SignatureOverAnother),
        ({"log": "elsewhere.example/log/st-mary"}, {}, SignatureOverAnother),
        ({"act": "revoke"}, {}, SignatureOverAnother),
        ({"domain": "other/contract/v1"}, {}, SignatureOverAnother),
        ({"person": str(cast.NEIGHBOUR)}, {}, SignatureReplayed),
        ({"nonce": to_text(bytes(32))}, {}, SignatureReplayed),
        ({"expires": "2099-01-01T00:00:00.000000Z"}, {}, SignatureReplayed),
        ({}, {"challenge": to_text(bytes(32))}, SignatureOverAnother),
        ({}, {"origin": "https://portal.example.evil.example"}, SignatureRefused),
        ({}, {"crossOrigin": True}, SignatureRefused),
        ({}, {"type": "webauthn.create"}, SignatureRefused),
        ({}, {"site": "evil.example"}, SignatureRefused),
        ({}, {"flags": 0x01}, SignatureRefused),
    ],
)
def test_a_signature_over_anything_else_is_refused_and_named(
    change: dict[str, Any], how: dict[str, Any], error: type[ConsentError]
) -> None:
    with cast.at_st_mary():
        contract = proposed()
        agreement = asked(contract) | change
        with pytest.raises(SignatureRefused) as caught:
            signed(contract, SoftKey().evidence(agreement, **how))
        assert type(caught.value) is error
        contract.refresh_from_db()
        assert (contract.state, reads().permitted) == ("proposed", False)


@usefixtures("logs")
def test_a_signature_is_taken_once() -> None:
    with cast.at_st_mary():
        first, second = proposed(), proposed(categories=["medicines"])
        evidence = SoftKey().evidence(asked(first))
        signed(first, evidence)
        with pytest.raises(ContractEnded):
            signed(first, evidence)
        with pytest.raises(SignatureOverAnother):
            signed(second, evidence)
        again = SoftKey().evidence(asked(second))
        SigningChallenge.objects.all().delete()
        with pytest.raises(SignatureReplayed):
            signed(second, again)


@usefixtures("logs")
def test_a_signature_that_comes_too_late_is_refused() -> None:
    with cast.at_st_mary():
        contract = proposed()
        asked(contract)
        row = SigningChallenge.objects.get()
        row.expires -= timedelta(minutes=10)
        row.save()
        agreement = {**asked(contract), "nonce": to_text(bytes(row.nonce))}
        assert not SigningChallenge.objects.filter(id=row.id).exists(), "swept by the next one"
        row.save(force_insert=True)
        agreement["expires"] = row.expires.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        with pytest.raises(SignatureExpired):
            signed(contract, SoftKey().evidence(agreement))


@usefixtures("logs")
def test_nobody_signs_what_another_was_asked_to() -> None:
    with cast.at_st_mary():
        contract = proposed()
        with pytest.raises(UnknownContract):
            services.challenge(contract=contract.id, signer=cast.OUTSIDER)
        evidence = SoftKey().evidence(asked(contract))
        with pytest.raises(UnknownContract):
            services.sign(contract=contract.id, signer=cast.OUTSIDER, evidence=evidence)


@usefixtures("logs")
def test_an_organisation_may_refuse_the_weaker_kinds() -> None:
    with cast.at_st_mary():
        assert services.kinds_taken() == ["passkey", "reauthenticated", "token"]
        services.set_signature_rule(kinds=["passkey"], actor=cast.ADMINISTRATOR)
        services.set_signature_rule(kinds=["passkey"], actor=cast.ADMINISTRATOR)
        with pytest.raises(SignatureTooWeak):
            granted()
    with cast.at_st_mary():
        contract = proposed()
        signed(contract, SoftKey().evidence(asked(contract)))
        services.set_signature_rule(kinds=["token", "passkey"], actor=cast.ADMINISTRATOR)
        assert services.kinds_taken() == ["passkey", "token"]
        assert list(verify_consent(cast.ST_MARY)) == []
    with cast.at_st_mary(), pytest.raises(SignatureRefused):
        services.set_signature_rule(kinds=[], actor=cast.ADMINISTRATOR)


@pytest.mark.django_db(transaction=True)
@usefixtures("logs")
def test_an_outsider_verifies_the_signature_from_the_ledgers_evidence_alone() -> None:
    """Without Django, settings or a database: what the entry's sealed part holds is enough."""
    with cast.at_st_mary():
        contract = proposed()
        signed(contract, SoftKey().evidence(asked(contract)))
    drain()
    with cast.at_st_mary():
        (entry,) = entries_with_evidence(types=["contract.signed"], since=0, until=100)
    assert entry.inputs is not None
    program = (
        "import sys; sys.modules.update(django=None, psycopg=None);"
        "import json; from consent.signature import Signed, verify;"
        "given = json.load(sys.stdin); verify(given['signature'], Signed(**given['about']))"
    )
    about = {"contract": str(contract.id), "code_hash": contract.code_hash, "log": "localhost/log/st-mary"}
    about["log"] = entry.inputs["signature"]["signed"]["log"]

    def outsider(**changes: Any) -> int:
        given = {"signature": entry.inputs["signature"], "about": about | changes}  # type: ignore[index]
        environment = {name: value for name, value in os.environ.items() if "DJANGO" not in name}
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps(given),
            text=True,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=False,
        )
        return done.returncode

    assert outsider() == 0
    assert outsider(code_hash="0" * 64) != 0


@pytest.mark.django_db(transaction=True)
@usefixtures("logs")
def test_replay_finds_a_signature_that_was_exchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator who signs with a key of their own, over another hash, explains no decision with it."""
    from tests.consent.deciding import accessed

    with cast.at_st_mary():
        contract = proposed()
        agreement = asked(contract)
        forged = SoftKey().evidence(agreement)
        forged["signed"] = agreement | {"code_hash": contract.code_hash[::-1]}
        monkeypatch.setattr("consent.services.signing.verify", lambda *_: None)
        signed(contract, forged)
        assert accessed().any_permitted
    drain()
    found = services.replay(tenant=cast.ST_MARY)
    assert [finding.kind for finding in found.findings] == ["contract-unsound"]


@pytest.mark.django_db(transaction=True)
@usefixtures("logs")
@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        ([("credential.added", cast.PATIENT_USER)], []),
        ([], []),
        ([("credential.added", cast.OUTSIDER)], ["contract-unsound"]),
        (
            [("credential.added", cast.PATIENT_USER), ("credential.removed", cast.PATIENT_USER)],
            ["contract-unsound"],
        ),
    ],
    ids=["hers", "introduced as it signs", "another's", "taken away"],
)
def test_replay_holds_the_key_against_what_the_log_told_of_it(told: list[Any], kinds: list[str]) -> None:
    from tests.consent.deciding import accessed

    key = SoftKey()
    with cast.at_st_mary():
        for kind, account in told:
            audit = {"credential": "webauthn", "account": str(account), "key": sha256(key.public_key).hex()}
            append(type=kind, actor=account, subject=None, audit=audit)
        contract = proposed()
        signed(contract, key.evidence(asked(contract)))
        assert accessed().any_permitted
    drain()
    assert [finding.kind for finding in services.replay(tenant=cast.ST_MARY).findings] == kinds


@pytest.mark.django_db(transaction=True)
@usefixtures("logs")
def test_replay_names_a_key_that_no_entry_told_of_before_it_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an operator would sign for somebody, who writes no entry of it; or as before keys were introduced."""
    from tests.consent.deciding import accessed

    key = SoftKey()
    with cast.at_st_mary():
        contract = proposed()
        with monkeypatch.context() as patch:
            patch.setattr("consent.services.signing._introduce", lambda *_: None)
            signed(contract, key.evidence(asked(contract)))
        assert accessed().any_permitted
        told = {
            "credential": "webauthn",
            "account": str(cast.PATIENT_USER),
            "key": sha256(key.public_key).hex(),
        }
        append(type="credential.added", actor=cast.PATIENT_USER, subject=None, audit=told)  # too late
    drain()
    found = services.replay(tenant=cast.ST_MARY)
    assert ([finding.kind for finding in found.findings], found.unreplayable) == (["key-untold"], 1)


@pytest.mark.django_db(transaction=True)
@usefixtures("logs")
def test_a_key_is_introduced_once() -> None:
    key = SoftKey()
    with cast.at_st_mary():
        for ends in (cast.in_a_year(), cast.in_a_year() - timedelta(days=1)):
            contract = proposed(ends=ends)
            signed(contract, key.evidence(asked(contract)))
        (entry,) = [each for each in entries() if each.type == "credential.introduced"]
        assert entry.audit["key"] == sha256(key.public_key).hex()


def test_the_challenge_is_the_hash_of_the_agreements_canonical_json() -> None:
    import hashlib

    agreement = {"b": "2", "a": "1"}
    assert challenge_of(agreement) == hashlib.sha256(b'{"a":"1","b":"2"}').digest()


@pytest.mark.parametrize("name", ["signature", "authenticator_data", "client_data_json", "public_key"])
def test_no_byte_of_the_evidence_can_be_changed(name: str) -> None:
    evidence = SoftKey().evidence({"any": "agreement"})
    assert verify_assertion(evidence) == 1
    text = evidence[name]
    for place in range(0, len(text) - 4, 7):
        letter = "A" if text[place] != "A" else "B"
        with pytest.raises(SignatureRefused):
            verify_assertion(evidence | {name: text[:place] + letter + text[place + 1 :]})


@usefixtures("logs")
def test_a_request_is_answered_by_the_contract_once_it_is_signed() -> None:
    with cast.at_st_mary():
        request = services.request_access(
            person=cast.PATIENT,
            requester=cast.DOCTOR_ELSEWHERE,
            organisation=cast.RIVERSIDE,
            categories=["lab-results"],
            purposes=["TREAT"],
            ends=cast.in_a_year(),
        )
        contract = proposed()
        assert selectors.request(request.id, person=cast.PATIENT).state == "open"
        evidence = SoftKey().evidence(asked(contract))
        made = services.sign(
            contract=contract.id, signer=cast.PATIENT_USER, evidence=evidence, request=request.id
        )
        assert made.request_id == request.id
        assert selectors.request(request.id, person=cast.PATIENT).state == "approved"
