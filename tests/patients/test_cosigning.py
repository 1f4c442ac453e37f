"""Whoever is asked for a second signature finds it on Home, reads what is to be signed, and signs or declines."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from consent import selectors as consent
from consent import services
from ledger.scope import party_scope, tenant_scope
from tests.authenticator import SoftKey
from tests.cast import PASSWORD, Cast
from tests.patients.test_passkey import HERE, _given
from tests.staff import sign_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract(cast: Cast) -> Any:
    return cast.grant(cast.doctor, "lab-results", cosigner=cast.guardian.user)


@pytest.fixture
def guardian(cast: Cast) -> Client:
    return sign_in(cast.guardian)


def confirm(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def state(cast: Cast, contract: Any) -> str:
    with party_scope(cast.person):
        return str(consent.contract(contract.id, person=cast.person).state)


def at(name: str, contract: Any) -> str:
    return reverse(f"patients:{name}", args=[contract.id])


def test_it_waits_on_the_first_page_and_says_what_would_be_signed(
    cast: Cast, guardian: Client, contract: Any
) -> None:
    first = text(guardian.get(reverse("patients:home"), follow=True))
    assert "Amara Lindgren asks you to sign, too" in first
    said = text(guardian.get(at("second", contract)))
    assert "It holds once Second has signed it too." in said
    assert "The contract itself" in said


def test_every_page_says_so_to_whoever_is_asked_until_they_have_answered(
    cast: Cast, guardian: Client, contract: Any
) -> None:
    said, devices = "A contract waits for your signature", reverse("usersessions_list")
    assert at("second", contract) in guardian.get(devices).content.decode()
    assert said not in text(guardian.get(reverse("patients:people")))  # where it is listed itself
    assert said not in text(sign_in(cast.amara).get(devices))
    confirm(guardian)
    guardian.post(at("second_decline", contract))
    assert said not in text(guardian.get(devices))


def test_who_only_works_here_is_told_at_work(cast: Cast) -> None:
    contract = cast.grant(cast.doctor, "visits", cosigner=cast.administrator.user)
    page = sign_in(cast.administrator).get(reverse("administration:staff", args=[cast.hospital.slug]))
    assert at("second", contract) in page.content.decode()


def test_the_patient_sees_that_it_waits(cast: Cast, contract: Any) -> None:
    amara = sign_in(cast.amara)
    assert "Waits for the second signature" in text(amara.get(reverse("patients:sharing")))
    assert "asks you to sign, too" not in text(amara.get(reverse("patients:home")))


def test_nobody_else_is_shown_it(cast: Cast, contract: Any) -> None:
    for other in (cast.amara, cast.doctor):
        client = sign_in(other)
        assert client.get(at("second", contract)).status_code == 404
        for step in ("second_challenge", "second_passkey", "second_decline"):
            assert client.post(at(step, contract), {"code_hashes": contract.code_hash}).status_code == 404
    assert state(cast, contract) == "signed"


def test_whoever_has_no_passkey_confirms_who_they_are_and_signs(
    cast: Cast, guardian: Client, contract: Any
) -> None:
    form = {"code_hashes": contract.code_hash}
    asked = guardian.post(at("second", contract), form)
    assert "reauthenticate" in asked.headers.get("Location", "")
    confirm(guardian)
    said = text(guardian.post(at("second", contract), form, follow=True))
    assert "You signed it, too" in said
    assert state(cast, contract) == "active"
    assert "Nothing waits for you here" in text(guardian.get(at("second", contract)))


def test_what_was_not_read_is_not_signed(cast: Cast, guardian: Client, contract: Any) -> None:
    confirm(guardian)
    page = guardian.post(at("second", contract), {"code_hashes": "0" * 64})
    assert "not the contract you read" in text(page)
    assert state(cast, contract) == "signed"


def test_a_passkey_signs_exactly_that(
    cast: Cast, guardian: Client, contract: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key: SoftKey = _given(cast, monkeypatch, cast.guardian.user)
    with tenant_scope(cast.hospital.id):
        services.set_signature_rule(kinds=["passkey"], actor=cast.administrator.user)
    form = {"code_hashes": contract.code_hash}
    (asked,) = guardian.post(at("second_challenge", contract), form).json()["asked"]
    assert asked["signed"]["code_hash"] == contract.code_hash
    guardian.post(at("second_passkey", contract), form)
    assert state(cast, contract) == "signed"
    answers = json.dumps([{"signed": asked["signed"], "assertion": key.assertion(asked["signed"], **HERE)}])
    guardian.post(at("second_passkey", contract), {**form, "answers": answers})
    assert state(cast, contract) == "active"


def test_what_is_declined_ends(cast: Cast, guardian: Client, contract: Any) -> None:
    for _ in range(2):
        guardian.post(at("second_decline", contract))
    assert state(cast, contract) == "revoked"
    assert "asks you to sign" not in text(guardian.get(reverse("patients:home"), follow=True))
