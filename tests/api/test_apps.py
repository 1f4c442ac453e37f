"""The applications that somebody connected, over REST: the list, one permission back, the end."""

from typing import Any

import pytest
from django.test import Client

from portal.accounts import services
from tests import cast as people
from tests.cast import Cast, account_of
from tests.entries import entries_of_type
from tests.smart.app import app, bearer
from tests.staff import sign_in

PATH = "/api/v1/apps/"
READ, WRITE = "patient/Observation.rs", "patient/Immunization.rs"


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


@pytest.fixture
def reads(cast: Cast) -> str:
    """The access token of an application that Amara connected."""
    wanted = f"launch/patient openid {READ} {WRITE}"
    token: str = app(cast.hospital).connect(sign_in(cast.amara), cast.hospital, wanted)["access_token"]
    return token


def headers(caller: Any, scopes: str = "*") -> dict[str, str]:
    return bearer(services.create_token(user=account_of(caller), scopes=scopes))


def shown(caller: Any) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = Client().get(PATH, headers=headers(caller)).json()["results"]
    return results


def post(path: str, caller: Any, body: str = "{}", **more: str) -> Any:
    form = "application/json"
    return Client().post(path, body, content_type=form, headers={**headers(caller), **more})


def test_each_is_listed_with_what_it_may_do_for_its_owner_alone(cast: Cast, reads: str) -> None:
    (one,) = shown(cast.amara)
    assert one["name"] == "Growth Chart" and one["organisation"] == cast.hospital.slug
    assert set(one["over_records"]) == {READ, WRITE} and "openid" in one["scopes"]
    assert one["by_patient"] and one["contract"]
    assert shown(cast.outsider) == [] and shown(cast.doctor) == []


def test_the_list_is_paged(cast: Cast, reads: str) -> None:
    app(cast.practice).connect(sign_in(cast.amara), cast.practice, f"launch/patient {READ}")
    mine = headers(cast.amara)
    first = Client().get(f"{PATH}?limit=1", headers=mine).json()
    second = Client().get(first["next"], headers=mine).json()
    assert [one["organisation"] for one in first["results"] + second["results"]] == [
        cast.practice.slug,
        cast.hospital.slug,
    ]
    assert second["next"] is None


def test_one_permission_is_taken_back_once_and_the_ledger_tells(cast: Cast, reads: str) -> None:
    path = f"{PATH}{shown(cast.amara)[0]['id']}/take-back/"
    body = f'{{"scope": "{READ}"}}'
    assert post(path, cast.amara, body).status_code == 204
    assert shown(cast.amara)[0]["over_records"] == [WRITE]
    again = post(path, cast.amara, body)
    assert (again.status_code, again.json()["code"]) == (404, "unknown-connection")
    (entry,) = entries_of_type(cast.hospital.id, "application.narrowed")
    assert entry.audit["taken_back"] == READ


def test_with_the_last_one_the_connection_ends(cast: Cast, reads: str) -> None:
    path = f"{PATH}{shown(cast.amara)[0]['id']}/take-back/"
    for scope in (READ, WRITE):
        assert post(path, cast.amara, f'{{"scope": "{scope}"}}').status_code == 204
    assert shown(cast.amara) == []


def test_the_end_closes_the_applications_way_and_the_same_key_ends_it_once(cast: Cast, reads: str) -> None:
    address = f"/fhir/{cast.hospital.slug}/Patient/{people.PATIENT}"
    assert Client().get(address, headers=bearer(reads)).status_code != 401
    path, key = f"{PATH}{shown(cast.amara)[0]['id']}/end/", "the-same-key"
    assert post(path, cast.amara, **{"Idempotency-Key": key}).status_code == 204
    again = post(path, cast.amara, **{"Idempotency-Key": key})
    assert (again.status_code, again["Idempotent-Replayed"]) == (204, "true")
    assert post(path, cast.amara).status_code == 404
    assert Client().get(address, headers=bearer(reads)).status_code == 401


def test_somebody_elses_is_not_there(cast: Cast, reads: str) -> None:
    one = f"{PATH}{shown(cast.amara)[0]['id']}/"
    for other in (cast.outsider, cast.doctor):
        assert post(f"{one}end/", other).status_code == 404
        assert post(f"{one}take-back/", other, f'{{"scope": "{READ}"}}').status_code == 404
    assert len(shown(cast.amara)[0]["over_records"]) == 2
