"""A clinician asks; the patient answers by a contract, or declines."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.api.house import ANA, GLUCOSE, Caller, House, contract_body

ASKED = "Your glucose is what I need to see before Monday."


def ask(caller: Caller) -> dict[str, Any]:
    answer = caller.post(
        "/api/v1/requests/",
        json={
            "custodian": "st-mary",
            "patient": ANA,
            "categories": ["laboratory"],
            "purposes": ["TREAT"],
            "ends": (datetime.now(UTC) + timedelta(days=7)).isoformat(),
            "message": ASKED,
        },
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_request_is_seen_by_both_sides_and_nobody_else(house: House) -> None:
    made = ask(house.doctor)
    assert (made["state"], made["categories"], made["message"]) == ("open", ["lab-results"], ASKED)
    assert (made["requester"], made["organisation"]) == ("doctor@riverside.example", "riverside")
    assert house.ana.get("/api/v1/requests/").json()["results"] == [made]
    assert house.doctor.get("/api/v1/requests/").json()["results"] == [made]
    for other in (house.ben, house.own_doctor, house.auditor):
        assert other.get("/api/v1/requests/?side=made").json()["results"] == []


def test_a_request_answered_by_a_contract_is_approved(house: House) -> None:
    made = ask(house.doctor)
    granted = house.ana.post("/api/v1/contracts/", json=contract_body(request=made["id"]))
    assert granted.json()["request"] == made["id"]
    assert house.doctor.get("/api/v1/requests/").json()["results"][0]["state"] == "approved"
    assert house.doctor.get(f"/fhir/st-mary/Observation/{GLUCOSE}").status_code == 200


def test_a_declined_request_is_closed(house: House) -> None:
    made, ana = ask(house.doctor), house.ana
    assert house.ben.post(f"/api/v1/requests/{made['id']}/decline/").json()["code"] == "unknown-request"
    assert ana.post(f"/api/v1/requests/{made['id']}/decline/").json()["state"] == "declined"
    again = ana.post(f"/api/v1/requests/{made['id']}/decline/")
    assert (again.status_code, again.json()["code"]) == (409, "request-closed")
    assert house.doctor.get(f"/fhir/st-mary/Observation/{GLUCOSE}").status_code == 403
