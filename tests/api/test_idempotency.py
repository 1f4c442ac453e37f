"""A POST whose answer was lost can be sent again with its key, and is done once."""

from typing import Any

import pytest

from portal.api.models import Attempt
from tests.api.house import House, contract_body

KEY = {"Idempotency-Key": "a-key-of-mine"}


def contracts(house: House) -> list[Any]:
    found: list[Any] = house.ana.get("/api/v1/contracts/").json()["results"]
    return found


def test_the_same_call_twice_is_done_once(house: House) -> None:
    body = contract_body()
    first = house.ana.post("/api/v1/contracts/", json=body, headers=KEY)
    again = house.ana.post("/api/v1/contracts/", json=body, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert len(contracts(house)) == 1
    assert house.ana.post("/api/v1/contracts/", json=body).json()["id"] != first.json()["id"]


def test_what_is_shown_again_is_as_it_is_by_now(house: House) -> None:
    body = contract_body()
    made = house.ana.post("/api/v1/contracts/", json=body, headers=KEY).json()
    ended = house.ana.post(f"/api/v1/contracts/{made['id']}/revoke/", headers=KEY)
    assert ended.json()["state"] == "revoked"
    again = house.ana.post(f"/api/v1/contracts/{made['id']}/revoke/", headers=KEY)
    assert (again.status_code, again.json()["state"]) == (200, "revoked")
    assert house.ana.post("/api/v1/contracts/", json=body, headers=KEY).json()["state"] == "revoked"


def test_a_key_is_bound_to_its_body(house: House) -> None:
    house.ana.post("/api/v1/contracts/", json=contract_body(), headers=KEY)
    other = house.ana.post("/api/v1/contracts/", json=contract_body(categories=["allergies"]), headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len(contracts(house)) == 1


def test_a_key_is_bound_to_its_account_and_reauthorised(house: House) -> None:
    body = contract_body()
    house.ana.post("/api/v1/contracts/", json=body, headers=KEY)
    assert (
        house.ben.post("/api/v1/contracts/", json=body, headers=KEY).headers.get("Idempotent-Replayed")
        is None
    )
    lacking = house.caller("ana@example.org", "profile")
    assert lacking.post("/api/v1/contracts/", json=body, headers=KEY).status_code == 403


def test_what_was_refused_may_be_tried_again(house: House) -> None:
    wrong = house.ana.post("/api/v1/contracts/", json={}, headers=KEY)
    assert wrong.status_code == 400
    assert house.ana.post("/api/v1/contracts/", json=contract_body(), headers=KEY).status_code == 201


def test_a_call_without_an_outcome_is_not_done_again(house: House) -> None:
    house.ana.post("/api/v1/contracts/", json=contract_body(), headers=KEY)
    Attempt.objects.update(status=None, made=None)
    again = house.ana.post("/api/v1/contracts/", json=contract_body(), headers=KEY)
    assert (again.status_code, again.json()["code"]) == (409, "idempotency-key-in-use")


@pytest.mark.parametrize("key", ["", "x" * 129, "\x01"])
def test_a_key_that_is_none_is_refused(house: House, key: str) -> None:
    answer = house.ana.post("/api/v1/contracts/", json=contract_body(), headers={"Idempotency-Key": key})
    assert answer.status_code == 400
