"""Looking after somebody over REST: whose records one reads, and deciding about their sharing within the delegation."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.mfa.models import Authenticator
from fido2.cose import ES256
from fido2.webauthn import AttestedCredentialData

from consent import services as consent
from consent.models import Contract
from ledger.scope import tenant_scope
from portal.accounts import passkeys
from portal.accounts.identity import Caller
from portal.records.errors import Denied
from portal.records.services import chart
from tests import cast as people
from tests.api.tokened import get, post
from tests.authenticator import SoftKey
from tests.cast import Cast, account_of
from tests.entries import entries_of_type

HERE: dict[str, Any] = {"origin": "http://testserver", "site": "testserver"}
DECIDE = "manage_consent"


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


def delegate(cast: Cast, **terms: Any) -> Contract:
    return cast.grant(
        cast.guardian,
        "lab-results",
        "medicines",
        kind="person",
        purposes=("PATRQT",),
        actions=("read", DECIDE),
        **terms,
    )


@pytest.fixture
def delegation(cast: Cast) -> Contract:
    return delegate(cast)


def body(cast: Cast, **changes: Any) -> dict[str, Any]:
    """Amara's lab results for her family doctor, for ten days."""
    return {
        "custodian": cast.hospital.slug,
        "grantee": {"practitioner": account_of(cast.family_doctor).email},
        "categories": ["lab-results"],
        "purposes": ["TREAT"],
        "ends": (datetime.now(UTC) + timedelta(days=10)).isoformat(),
        **changes,
    }


def path(cast: Cast, end: str = "") -> str:
    return f"people/{cast.person}/contracts/{end}"


def share(cast: Cast, caller: Caller | None = None, **changes: Any) -> Any:
    return post(caller or cast.guardian, path(cast), body(cast, **changes), DECIDE)


def opens(cast: Cast) -> bool:
    try:
        opened = chart(caller=cast.family_doctor, tenant=cast.hospital.id, person=cast.person)
    except Denied:
        return False
    return any(each.permitted for each in opened.sections)


def test_whom_one_looks_after_is_listed_with_what_one_may_decide(cast: Cast, delegation: Contract) -> None:
    cast.grant(cast.guardian, "conditions", kind="person", purposes=("PATRQT",), custodian=cast.practice)
    (one,) = get(cast.guardian, "people/", "records.read").json()["results"]
    assert (one["id"], one["name"]) == (str(cast.person), "Amara Lindgren")
    assert {place["custodian"] for place in one["places"]} == {cast.hospital.slug, cast.practice.slug}
    assert one["delegations"] == [str(delegation.id)]


def test_who_only_reads_decides_nothing_and_strangers_see_nobody(cast: Cast) -> None:
    cast.grant(cast.guardian, "lab-results", kind="person", purposes=("PATRQT",))
    (one,) = get(cast.guardian, "people/").json()["results"]
    assert one["delegations"] == []
    for caller in (cast.guardian, cast.outsider, cast.doctor, cast.amara):
        for answer in (get(caller, path(cast), DECIDE), share(cast, caller)):
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown-person")
    for caller in (cast.outsider, cast.doctor, cast.amara):
        assert get(caller, "people/").json()["results"] == []


def test_when_it_ends_nobody_is_looked_after(cast: Cast, delegation: Contract) -> None:
    cast.revoke(delegation)
    assert get(cast.guardian, "people/").json()["results"] == []
    assert get(cast.guardian, path(cast), DECIDE).status_code == 404


def test_what_a_delegate_grants_opens_and_what_they_stop_closes(cast: Cast, delegation: Contract) -> None:
    cast.grant(cast.doctor, "conditions")
    assert not opens(cast)
    made = share(cast)
    assert (made.status_code, made.json()["state"], made.json()["signature"]) == (201, "active", "token")
    assert opens(cast)
    assert [one["id"] for one in get(cast.guardian, path(cast), DECIDE).json()["results"]] == [
        made.json()["id"]
    ], "what she shares herself is not theirs to see"
    assert made.json()["id"] in {one["id"] for one in get(cast.amara, "contracts/").json()["results"]}
    stop = path(cast, f"{made.json()['id']}/revoke/")
    assert post(cast.guardian, stop, scopes=DECIDE).json()["state"] == "revoked"
    assert not opens(cast)
    assert post(cast.guardian, stop, scopes=DECIDE).json()["code"] == "contract-ended"
    told = entries_of_type(cast.hospital.id, "contract.revoked")
    assert [entry.audit["contract"] for entry in told] == [made.json()["id"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"categories": ["conditions"]},
        {"sensitivity": ["PSY"]},
        {"actions": ["export"]},
        {"ends": (datetime.now(UTC) + timedelta(days=300)).isoformat()},
    ],
    ids=["a part", "a mark", "an action", "longer"],
)
def test_what_is_beyond_the_delegation_is_refused(
    cast: Cast, delegation: Contract, changes: dict[str, Any]
) -> None:
    refused = share(cast, **changes)
    assert refused.json()["code"] == "delegation-exceeded", refused.content
    assert not opens(cast)
    assert get(cast.guardian, path(cast), DECIDE).json()["results"] == []


def test_a_delegate_widens_their_own_access_by_no_way(cast: Cast, delegation: Contract) -> None:
    own = {"person": account_of(cast.guardian).email}
    for changes in (
        {"grantee": own, "purposes": ["PATRQT"]},
        {"grantee": {"person": account_of(cast.outsider).email}, "actions": ["read", DECIDE]},
        {"cosigner": account_of(cast.guardian).email},
    ):
        assert share(cast, **changes).json()["code"] == "delegation-exceeded"


def test_where_else_somebody_is_a_patient_is_not_told(cast: Cast, delegation: Contract) -> None:
    said = {
        share(cast, custodian=slug).json()["code"]
        for slug in (cast.practice.slug, f"nowhere-{cast.hospital.slug}")
    }
    assert said == {"unknown-person"}


def test_what_somebody_else_granted_is_not_the_delegates_to_stop(cast: Cast, delegation: Contract) -> None:
    hers = cast.grant(cast.doctor, "lab-results")
    for contract in (hers.id, delegation.id, uuid4()):
        for step in ("revoke", "challenge"):
            answer = post(cast.guardian, path(cast, f"{contract}/{step}/"), scopes=DECIDE)
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown-contract")


def test_the_scope_must_be_named(cast: Cast, delegation: Contract) -> None:
    for scopes in ("*", "* sign contracts.revoke", "guardians"):
        for answer in (get(cast.guardian, path(cast), scopes), post(cast.guardian, path(cast), {}, scopes)):
            assert answer.json()["code"] == "insufficient-scope"


def test_the_same_key_grants_once_and_a_paused_delegate_is_not_shown_it_again(
    cast: Cast, delegation: Contract
) -> None:
    sent, key = body(cast), {"Idempotency-Key": "once"}
    first = post(cast.guardian, path(cast), sent, DECIDE, **key)
    again = post(cast.guardian, path(cast), sent, DECIDE, **key)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert len(get(cast.guardian, path(cast), DECIDE).json()["results"]) == 1
    with tenant_scope(cast.hospital.id):
        consent.suspend(contract=delegation.id, actor=cast.privacy_officer.user)
    assert post(cast.guardian, path(cast), sent, DECIDE, **key).status_code == 404


def test_a_delegation_for_second_factors_takes_a_token_made_by_one_alone(cast: Cast) -> None:
    delegate(cast, strong=True)
    weak = share(cast)
    assert weak.json()["code"] == "delegation-exceeded"
    assert not opens(cast)
    strong = post(cast.guardian, path(cast), body(cast), DECIDE, strength="strong")
    assert strong.status_code == 201, strong.content
    assert opens(cast)


@pytest.fixture
def key(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> SoftKey:
    soft = SoftKey()
    cose = ES256.from_cryptography_key(soft.key.public_key())  # type: ignore[no-untyped-call]
    credential = AttestedCredentialData.create(bytes(16), soft.credential_id, cose)
    monkeypatch.setattr(passkeys, "credential_of", lambda row: credential)
    monkeypatch.setattr("portal.accounts.credentials.credential_of", lambda row: credential)
    Authenticator.objects.create(user_id=cast.guardian.user, type="webauthn", data={"name": "Key"})
    return soft


def proposed(cast: Cast, key: SoftKey) -> tuple[UUID, dict[str, Any]]:
    """A contract that the guardian proposed, and their passkey's answer to its challenge."""
    made = share(cast, sign="passkey").json()
    assert made["state"] == "proposed"
    asked = post(cast.guardian, path(cast, f"{made['id']}/challenge/"), scopes=DECIDE).json()
    return made["id"], {
        "signed": asked["signed"],
        "assertion": key.assertion(asked["signed"], **HERE),
    }


def test_where_only_passkeys_sign_a_delegate_signs_with_theirs(
    cast: Cast, delegation: Contract, key: SoftKey
) -> None:
    with tenant_scope(cast.hospital.id):
        consent.set_signature_rule(kinds=["passkey"], actor=cast.administrator.user)
    assert share(cast).json()["code"] == "signature-too-weak"
    contract, answer = proposed(cast, key)
    assert not opens(cast)
    done = post(cast.guardian, path(cast, f"{contract}/sign/"), answer, DECIDE)
    assert (done.status_code, done.json()["signature"]) == (200, "passkey")
    assert opens(cast)


def test_what_was_proposed_is_not_signed_after_the_delegation(
    cast: Cast, delegation: Contract, key: SoftKey
) -> None:
    contract, answer = proposed(cast, key)
    assert post(cast.guardian, f"contracts/{contract}/sign/", answer, "sign").status_code == 404
    cast.revoke(delegation)
    assert post(cast.guardian, path(cast, f"{contract}/sign/"), answer, DECIDE).status_code == 404
    assert not opens(cast)
