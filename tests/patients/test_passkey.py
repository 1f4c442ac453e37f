"""The pages behind a passkey's signature: whose key, which site, once; a refusal says why and shares nothing."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from consent import selectors as consent
from consent import services
from ledger.scope import party_scope, tenant_scope
from portal.accounts import passkeys
from portal.accounts.passkeys import Passkey
from tests.authenticator import SoftKey
from tests.cast import Cast
from tests.patients.test_granting import CHECK, fill_in

HERE: dict[str, Any] = {"origin": "http://testserver", "site": "testserver"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def key(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> SoftKey:
    """Amara's passkey. That allauth reads a registration as it should is shown in a browser."""
    return _given(cast, monkeypatch, cast.amara.user)


def _given(cast: Cast, monkeypatch: pytest.MonkeyPatch, account: Any) -> SoftKey:
    from fido2.cose import ES256
    from fido2.webauthn import AttestedCredentialData

    soft = SoftKey()
    cose = ES256.from_cryptography_key(soft.key.public_key())  # type: ignore[no-untyped-call]
    credential = AttestedCredentialData.create(bytes(16), soft.credential_id, cose)
    monkeypatch.setattr(passkeys, "credential_of", lambda row: credential)
    monkeypatch.setattr("portal.accounts.credentials.credential_of", lambda row: credential)
    Authenticator.objects.create(user_id=account, type="webauthn", data={"name": "Key"})
    return soft


def ask(client: Client) -> dict[str, Any]:
    """What the page's script is told to let the passkey sign."""
    hashes = client.get(CHECK).context["form"]["code_hashes"].value()
    answer = client.post(f"{CHECK}challenge/", {"code_hashes": hashes})
    assert answer.status_code == 200, answer.content
    (asked,) = answer.json()["asked"]
    return {"code_hashes": hashes, **asked}


def submit(client: Client, asked: dict[str, Any], key: SoftKey, **how: Any) -> Any:
    answers = [{"signed": asked["signed"], "assertion": key.assertion(asked["signed"], **HERE | how)}]
    form = {"code_hashes": asked["code_hashes"], "answers": json.dumps(answers)}
    return client.post(f"{CHECK}passkey/", form, follow=True)


def states(cast: Cast) -> list[str]:
    with party_scope(cast.person):
        return [str(each.state) for each in consent.contracts_of_person(cast.person)]


def test_the_passkey_is_asked_for_exactly_this_contract(cast: Cast, amara: Client, key: SoftKey) -> None:
    fill_in(amara, cast)
    asked = ask(amara)
    assert asked["publicKey"]["rpId"] == "testserver"
    assert asked["publicKey"]["userVerification"] == "required"
    assert len(asked["publicKey"]["allowCredentials"]) == 1
    assert asked["signed"]["code_hash"] == asked["code_hashes"]
    assert states(cast) == ["proposed"]
    page = submit(amara, asked, key)
    assert states(cast) == ["active"]
    assert "with your passkey on" in page.content.decode()


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"origin": "https://evil.example"}, "on another site"),
        ({"site": "evil.example"}, "belongs to another site"),
        ({"flags": 0x01}, "did not ask who is there"),
    ],
)
def test_what_the_passkey_did_not_sign_here_is_refused(
    cast: Cast, amara: Client, key: SoftKey, how: dict[str, Any], says: str
) -> None:
    fill_in(amara, cast)
    page = submit(amara, ask(amara), key, **how)
    assert says in page.content.decode()
    assert states(cast) == ["proposed"]


def test_another_persons_key_is_refused(cast: Cast, amara: Client, key: SoftKey) -> None:
    fill_in(amara, cast)
    stranger = SoftKey(credential_id=b"a stranger's")
    assert "not one of yours" in submit(amara, ask(amara), stranger).content.decode()
    forger = SoftKey()  # says that it is hers
    assert "not made by this passkey" in submit(amara, ask(amara), forger).content.decode()
    assert set(states(cast)) == {"proposed"}


def test_a_key_whose_counter_stands_still_was_copied(cast: Cast, amara: Client, key: SoftKey) -> None:
    fill_in(amara, cast)
    submit(amara, ask(amara), key)
    fill_in(amara, cast, what={"what": ["medicines"]})
    copied = SoftKey(key=key.key)  # counts from the start again
    assert "or was copied" in submit(amara, ask(amara), copied).content.decode()
    assert sorted(states(cast)) == ["active", "proposed"]


def test_an_assertion_is_good_for_one_signature(cast: Cast, amara: Client, key: SoftKey) -> None:
    fill_in(amara, cast)
    asked = ask(amara)
    submit(amara, asked, key)
    fill_in(amara, cast, what={"what": ["medicines"]})
    hashes = amara.get(CHECK).context["form"]["code_hashes"].value()
    page = submit(amara, asked | {"code_hashes": hashes}, key)
    assert "signed another contract" in page.content.decode()
    assert states(cast) == ["active"]


def test_where_passkeys_are_required_the_page_offers_no_other_way(cast: Cast, amara: Client) -> None:
    with tenant_scope(cast.hospital.id):
        services.set_signature_rule(kinds=["passkey"], actor=cast.administrator.user)
    fill_in(amara, cast)
    page = amara.get(CHECK).content.decode()
    assert "Sign and share" not in page
    assert "Add a passkey" in page


def test_a_passkey_that_is_added_is_known_by_its_key_in_the_ledger(cast: Cast, key: SoftKey) -> None:
    from ledger.hashing import sha256
    from tests.entries import entries_of_type

    (entry,) = entries_of_type(cast.hospital.id, "credential.added")
    assert entry.audit["key"] == sha256(key.public_key).hex()
    assert isinstance(passkeys.passkeys(cast.amara.user)[0], Passkey)
