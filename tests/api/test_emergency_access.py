"""Breaking the glass: by a clinician, with a reason, told to the patient, over when it is ended."""

from typing import Any

import pytest

from tests.api.house import ANA, ASTHMA, Caller, House

BODY = {
    "custodian": "st-mary",
    "patient": ANA,
    "reason_code": "unconscious",
    "reason": "Found unconscious, allergies unknown.",
}


def open_it(caller: Caller, **changes: Any) -> Any:
    return caller.post("/api/v1/emergency-access/", json=BODY | changes)


def test_an_emergency_opens_the_record_at_once_and_the_patient_is_told(house: House) -> None:
    doctor = house.doctor
    assert doctor.get(f"/fhir/st-mary/Condition/{ASTHMA}").status_code == 403
    opened = open_it(doctor)
    assert opened.status_code == 201, opened.text
    session = opened.json()
    assert (session["state"], session["custodian"], session["patient"]) == ("open", "st-mary", ANA)
    read = doctor.get(f"/fhir/st-mary/Condition/{ASTHMA}")
    assert read.status_code == 200
    for purpose in ("TREAT", "ETREAT", "BTG"):
        stated = doctor.get(f"/fhir/st-mary/Condition/{ASTHMA}", headers={"Purpose-Of-Use": purpose})
        assert stated.status_code == 200, purpose
    assert doctor.get(f"/fhir/st-mary/Condition?patient={ANA}").status_code == 200
    *_, newest, opening, _ = house.ana.get("/api/v1/accesses/").json()["results"]
    assert newest["entry"] == read.headers["Ledger-Entry"]
    assert (newest["type"], newest["basis"]["layer"]) == ("access.emergency", "emergency")
    assert BODY["reason"] in opening["basis"]["sentence"]
    assert (opening["actor"], opening["organisation"]) == ("doctor of riverside", "riverside")

    ended = doctor.post(f"/api/v1/emergency-access/{session['id']}/end/")
    assert (ended.status_code, ended.json()["state"]) == (200, "over")
    assert doctor.get(f"/fhir/st-mary/Condition/{ASTHMA}").status_code == 403
    again = doctor.post(f"/api/v1/emergency-access/{session['id']}/end/")
    assert (again.status_code, again.json()["code"]) == (409, "emergency-closed")


def test_an_emergency_is_the_clinicians_own(house: House) -> None:
    session = open_it(house.doctor).json()["id"]
    assert house.own_doctor.get(f"/fhir/st-mary/Condition/{ASTHMA}").status_code == 403
    assert (
        house.own_doctor.post(f"/api/v1/emergency-access/{session}/end/").json()["code"]
        == "unknown-emergency"
    )
    assert house.own_doctor.get(f"/api/v1/emergency-access/{session}/").status_code == 404
    for party in (house.doctor, house.ana):
        assert party.get(f"/api/v1/emergency-access/{session}/").json()["id"] == session


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"custodian": "nowhere"}, (404, "unknown-tenant")),
        ({"patient": "nobody"}, (404, "unknown-person")),
        ({"reason_code": "curiosity"}, (422, "reason-needed")),
        ({"reason": "short"}, (400, "invalid-body")),
        ({"reason": "short     \n    "}, (400, "invalid-body")),
        ({"reason": None}, (400, "invalid-body")),
    ],
)
def test_an_emergency_without_a_good_reason(
    house: House, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    answer = open_it(house.doctor, **changes)
    assert (answer.status_code, answer.json()["code"]) == expected
    assert house.doctor.get(f"/fhir/st-mary/Condition/{ASTHMA}").status_code == 403


@pytest.mark.parametrize("who", ["ana", "auditor"])
def test_only_clinicians_break_the_glass(house: House, who: str) -> None:
    answer = open_it(getattr(house, who))
    assert (answer.status_code, answer.json()["code"]) == (403, "not-a-clinician")


def test_a_token_opens_an_emergency_only_if_that_scope_was_named(house: House) -> None:
    bare = house.caller("doctor@riverside.example", "*")
    answer = open_it(bare)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient-scope")
    named = house.caller("doctor@riverside.example", "* emergency")
    assert open_it(named).status_code == 201
    assert named.get(f"/fhir/st-mary/Condition/{ASTHMA}").status_code == 200


@pytest.mark.parametrize("strength", ["command", "password"])
def test_a_token_of_a_weak_log_in_opens_no_emergency(house: House, strength: str) -> None:
    weak = house.caller("doctor@riverside.example", "* emergency", strength=strength)
    answer = open_it(weak)
    assert (answer.status_code, answer.json()["code"]) == (403, "strong-authentication-needed")
    assert weak.get(f"/fhir/st-mary/Condition/{ASTHMA}").status_code == 403
