"""Two steps to a contract signed with a passkey, through REST."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from portal.accounts import passkeys, selectors, services
from tests import cast as people
from tests.authenticator import SoftKey
from tests.cast import Cast, account_of

HERE: dict[str, Any] = {"origin": "http://testserver", "site": "testserver"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


@pytest.fixture
def key(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> SoftKey:
    from fido2.cose import ES256
    from fido2.webauthn import AttestedCredentialData

    soft = SoftKey()
    cose = ES256.from_cryptography_key(soft.key.public_key())  # type: ignore[no-untyped-call]
    credential = AttestedCredentialData.create(bytes(16), soft.credential_id, cose)
    monkeypatch.setattr(passkeys, "credential_of", lambda row: credential)
    monkeypatch.setattr("portal.accounts.credentials.credential_of", lambda row: credential)
    Authenticator.objects.create(user_id=cast.amara.user, type="webauthn", data={"name": "Key"})
    return soft


def caller(cast: Cast, scopes: str = "* sign") -> Any:
    """POST as Amara's app; returns (status, body)."""
    token = services.create_token(user=account_of(cast.amara), scopes=scopes)
    client = Client(headers={"Authorization": f"Bearer {token}"})

    def post(path: str, body: Any = None) -> tuple[int, Any]:
        answer = client.post(f"/api/v1/contracts/{path}", body, content_type="application/json")
        return answer.status_code, answer.json()

    return post


def body(cast: Cast) -> dict[str, Any]:
    return {
        "custodian": cast.hospital.slug,
        "grantee": {"practitioner": account_of(cast.family_doctor).email},
        "categories": ["lab-results"],
        "purposes": ["TREAT"],
        "ends": "2099-01-01T00:00:00Z",
        "sign": "passkey",
    }


def test_propose_challenge_sign(cast: Cast, key: SoftKey) -> None:
    post = caller(cast)
    status, made = post("", body(cast))
    assert (status, made["state"]) == (201, "proposed")
    status, asked = post(f"{made['id']}/challenge/")
    assert (status, asked["signed"]["code_hash"]) == (200, made["code_hash"])
    answer = {"signed": asked["signed"], "assertion": key.assertion(asked["signed"], **HERE)}
    status, signed = post(f"{made['id']}/sign/", answer)
    assert (status, signed["state"], signed["signature"]) == (200, "active", "passkey")
    status, problem = post(f"{made['id']}/sign/", answer)
    assert status == 409, problem


def test_a_signature_by_another_key_or_over_another_hash_is_refused(cast: Cast, key: SoftKey) -> None:
    post = caller(cast)
    _, made = post("", body(cast))
    _, asked = post(f"{made['id']}/challenge/")
    stranger = SoftKey(credential_id=b"a stranger's").assertion(asked["signed"], **HERE)
    status, problem = post(f"{made['id']}/sign/", {"signed": asked["signed"], "assertion": stranger})
    assert (status, problem["code"]) == (403, "signature-foreign")
    other = asked["signed"] | {"code_hash": "0" * 64}
    answer = {"signed": other, "assertion": key.assertion(other, **HERE)}
    status, problem = post(f"{made['id']}/sign/", answer)
    assert (status, problem["code"]) == (422, "signature-over-another")
    status, problem = post(f"{made['id']}/sign/", {"signed": asked["signed"], "assertion": {}})
    assert (status, problem["code"]) == (422, "signature-refused")


def test_it_needs_the_scope_to_sign_by_name(cast: Cast) -> None:
    post = caller(cast, "*")
    status, problem = post("", body(cast))
    assert (status, problem["code"]) == (403, "insufficient-scope")
    assert selectors.person_of(cast.amara.user) is not None
