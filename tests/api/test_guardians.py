"""Guardians over REST: whom a patient lets act for her, and their organisation pausing that."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consent.models import Contract
from portal.accounts import services
from tests import cast as people
from tests.api.tokened import get, post
from tests.cast import Cast, account_of
from tests.entries import entries_of_type


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


@pytest.fixture
def delegation(cast: Cast) -> Contract:
    return cast.grant(
        cast.guardian,
        "lab-results",
        kind="person",
        purposes=("PATRQT",),
        actions=("read", "manage_consent"),
    )


def there(cast: Cast) -> list[dict[str, Any]]:
    found = get(cast.privacy_officer, f"guardians/{cast.hospital.slug}/", "guardians")
    results: list[dict[str, Any]] = found.json()["results"]
    return results


def step(cast: Cast, contract: object, name: str, **more: str) -> Any:
    path = f"guardians/{cast.hospital.slug}/{contract}/{name}/"
    return post(cast.privacy_officer, path, scopes="guardians", **more)


def decides(cast: Cast) -> bool:
    path = f"people/{cast.person}/contracts/"
    return bool(get(cast.guardian, path, "manage_consent").status_code == 200)


def named(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "custodian": cast.hospital.slug,
        "grantee": {"person": account_of(cast.guardian).email},
        "categories": ["lab-results"],
        "purposes": ["PATRQT"],
        "actions": ["read", "manage_consent"],
        "ends": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
        **changes,
    }


def test_a_guardian_is_named_listed_and_ended(cast: Cast) -> None:
    made = post(cast.amara, "contracts/", named(cast), "sign")
    assert made.status_code == 201, made.content
    cast.grant(cast.doctor, "lab-results")
    (one,) = get(cast.amara, "guardians/").json()["results"]
    assert (one["id"], one["grantee"]["name"], one["state"]) == (made.json()["id"], "Mats Berg", "active")
    assert "manage_consent" in one["actions"]
    assert decides(cast)
    assert post(cast.amara, f"contracts/{one['id']}/revoke/").status_code == 200
    assert [each["state"] for each in get(cast.amara, "guardians/").json()["results"]] == ["revoked"]
    assert not decides(cast)
    assert get(cast.guardian, "guardians/").json()["code"] == "not-a-patient"


def test_they_are_paged(cast: Cast) -> None:
    for category in ("lab-results", "conditions"):
        cast.grant(cast.guardian, category, kind="person", purposes=("PATRQT",))
    first = get(cast.amara, "guardians/?limit=1").json()
    second = get(cast.amara, first["next"]).json()
    categories = [one["categories"] for one in first["results"] + second["results"]]
    assert categories == [["conditions"], ["lab-results"]]
    assert second["next"] is None
    assert get(cast.amara, "guardians/?cursor=nonsense").json()["code"] == "bad-cursor"


@pytest.mark.parametrize("wrong", [{"categories": ["demographics"]}, {"sensitivity": ["R"]}])
def test_what_stays_the_patients_is_handed_on_to_nobody(cast: Cast, wrong: dict[str, Any]) -> None:
    refused = post(cast.amara, "contracts/", named(cast, **wrong), "sign")
    assert (refused.status_code, refused.json()["code"]) == (422, "terms-contradictory")
    assert get(cast.amara, "guardians/").json()["results"] == []


def test_the_officer_sees_delegations_alone_and_of_the_patient_the_number(
    cast: Cast, delegation: Contract
) -> None:
    cast.grant(cast.guardian, "conditions", kind="person", purposes=("PATRQT",))
    (one,) = there(cast)
    assert one["id"] == str(delegation.id)
    assert (one["name"], one["mrn"], one["state"], one["by_custodian"]) == (
        "Mats Berg",
        people.MRN,
        "active",
        False,
    )
    assert "Amara" not in str(one)


def test_the_officer_pauses_and_the_patient_does_not_undo_it(cast: Cast, delegation: Contract) -> None:
    assert decides(cast)
    assert step(cast, delegation.id, "suspend").status_code == 204
    assert not decides(cast)
    (one,) = there(cast)
    assert (one["state"], one["by_custodian"]) == ("suspended", True)
    resumed = post(cast.amara, f"contracts/{delegation.id}/resume/", scopes="sign")
    assert (resumed.status_code, resumed.json()["code"]) == (409, "contract-not-waiting")
    assert not decides(cast)
    assert step(cast, delegation.id, "resume").status_code == 204
    assert decides(cast)
    told = entries_of_type(cast.hospital.id, "contract.suspended")
    assert [entry.audit["why"] for entry in told] == ["custodian"]


def test_what_the_patient_paused_the_officer_does_not_let_go_on(cast: Cast, delegation: Contract) -> None:
    assert post(cast.amara, f"contracts/{delegation.id}/suspend/").status_code == 200
    (one,) = there(cast)
    assert (one["state"], one["by_custodian"]) == ("suspended", False)
    assert step(cast, delegation.id, "resume").json()["code"] == "contract-not-waiting"
    assert not decides(cast)


def test_a_second_time_is_refused_and_with_the_same_key_shown_again(cast: Cast, delegation: Contract) -> None:
    key = {"Idempotency-Key": "once"}
    assert step(cast, delegation.id, "suspend", **key).status_code == 204
    again = step(cast, delegation.id, "suspend", **key)
    assert (again.status_code, again["Idempotent-Replayed"]) == (204, "true")
    assert step(cast, delegation.id, "suspend").json()["code"] == "contract-not-waiting"
    assert len(entries_of_type(cast.hospital.id, "contract.suspended")) == 1


def test_the_officer_touches_no_other_contract(cast: Cast) -> None:
    ordinary = cast.grant(cast.doctor, "lab-results")
    only_reads = cast.grant(cast.guardian, "lab-results", kind="person", purposes=("PATRQT",))
    elsewhere = cast.grant(
        cast.guardian,
        "lab-results",
        kind="person",
        purposes=("PATRQT",),
        actions=("read", "manage_consent"),
        custodian=cast.practice,
    )
    for contract in (ordinary, only_reads, elsewhere):
        assert step(cast, contract.id, "suspend").json()["code"] == "unknown-contract"
    assert there(cast) == []


def test_only_its_privacy_officer_with_the_scope_may(cast: Cast, delegation: Contract) -> None:
    slug = cast.hospital.slug
    paths = [f"guardians/{slug}/{delegation.id}/suspend/", f"guardians/{slug}/{delegation.id}/resume/"]
    for other in (cast.administrator, cast.doctor, cast.guardian, cast.amara, cast.auditor):
        assert get(other, f"guardians/{slug}/", "guardians").json()["code"] == "not-a-member"
        for path in paths:
            assert post(other, path, scopes="guardians").json()["code"] == "not-a-member"
    for scopes in ("* sign", "manage_consent", "members policies"):
        assert get(cast.privacy_officer, f"guardians/{slug}/", scopes).json()["code"] == "insufficient-scope"
    assert get(cast.privacy_officer, f"guardians/{cast.practice.slug}/", "guardians").status_code == 403
    assert decides(cast)


def test_an_officer_of_two_places_changes_each_at_its_own_address(cast: Cast, delegation: Contract) -> None:
    officer = account_of(cast.privacy_officer)
    services.add_member(tenant=cast.practice.id, user=officer, role="privacy_officer")
    for place, code in ((cast.practice, "unknown-contract"), (cast.hospital, "")):
        path, header = f"guardians/{place.slug}/{delegation.id}/suspend/", {"X-Tenant": place.slug}
        answer = post(cast.privacy_officer, path, scopes="guardians", **header)
        assert (answer.json()["code"] if code else answer.status_code) == (code or 204)
    assert not decides(cast)
