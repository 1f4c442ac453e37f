"""Conditional update and delete: of the one record that fits, told only to those who may read it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ledger.scope import tenant_scope
from ledger.selectors import subject_entries
from portal.accounts.selectors import registration
from tests.api.house import ANA, House, contract_body, patient
from tests.fhir.test_read import outcome
from tests.fhir.writing import bundle, glucose, nothing_is_stored, opt_out, post, urn

BASE = "/fhir/st-mary"
SENT = {"Content-Type": "application/fhir+json"}
NAMED = {"identifier": [{"system": "urn:lab", "value": "7"}]}
ASKED = f"{BASE}/Observation?identifier=urn:lab%7C7"


@pytest.fixture
def doctor(house: House) -> Any:
    opt_out(house)
    return house.own_doctor


def put(caller: Any, path: str = ASKED, **changes: Any) -> Any:
    return caller.call("PUT", path, json=glucose(**NAMED, **changes), headers=SENT)


def test_an_update_where_none_fits_creates_and_where_one_fits_changes_it(house: House, doctor: Any) -> None:
    made = put(doctor)
    assert (made.status_code, made.json()["meta"]["versionId"]) == (201, "1"), made.text
    changed = put(doctor, status="amended")
    assert (changed.status_code, changed.json()["id"]) == (200, made.json()["id"])
    assert changed.headers["ETag"] == 'W/"2"'
    same = put(doctor, id=made.json()["id"])
    assert same.status_code == 200
    with nothing_is_stored(house):
        assert outcome(put(doctor, id="another")) == (400, "invalid", "id-mismatch")
    chosen = doctor.call(
        "PUT", f"{BASE}/Observation?identifier=urn:lab%7C8", json=glucose(id="chosen"), headers=SENT
    )
    assert (chosen.status_code, chosen.json()["id"]) == (201, "chosen")


def test_nothing_is_done_where_several_fit_or_the_condition_is_none(house: House, doctor: Any) -> None:
    for _ in range(2):
        doctor.post(f"{BASE}/Observation", json=glucose(**NAMED), headers=SENT)
    with nothing_is_stored(house):
        assert outcome(put(doctor)) == (412, "conflict", "condition-not-selective")
        deleted = doctor.call("DELETE", f"{ASKED}&patient={ANA}")
        assert outcome(deleted) == (412, "conflict", "condition-not-selective")
        assert outcome(put(doctor, f"{BASE}/Observation?colour=red"))[0] == 400
        for nobody in ("%00", "none", "a/b", ""):
            answer = doctor.call("DELETE", f"{ASKED}&patient={nobody}")
            assert outcome(answer)[0] in (400, 404), answer.text
        for held in ("x", 5, [None], [["Patient"]], [{"resourceType": "Patient"}], {"id": "p"}):
            answer = put(doctor, subject={"reference": "#p"}, contained=held)
            assert outcome(answer)[0] in (400, 404, 422), answer.text
        subject = {"reference": "Patient/\0"}
        assert outcome(put(doctor, subject=subject))[0] in (400, 404, 422)
        assert outcome(put(doctor, f"{BASE}/Observation?patient=ben&identifier=urn:lab%7C7"))[0] == 400


def test_the_one_that_fits_is_deleted_and_nothing_where_none_does(house: House, doctor: Any) -> None:
    made = put(doctor).json()["id"]
    path = f"{ASKED}&patient={ANA}"
    answer = doctor.call("DELETE", path)
    assert (answer.status_code, answer.headers["ETag"]) == (204, 'W/"2"')
    assert house.ana.get(f"{BASE}/Observation/{made}").status_code == 410
    with nothing_is_stored(house):
        again = doctor.call("DELETE", path)
        assert (again.status_code, "ETag" in again.headers) == (204, False)
        assert again.headers["Ledger-Entry"]
        assert outcome(doctor.call("DELETE", ASKED))[0] in (400, 404)


def test_whether_one_fits_is_not_told_to_who_may_not_read(house: House) -> None:
    opt_out(house)
    put(house.own_doctor)
    terms = {"categories": ["lab-results"], "actions": ["write"]}
    house.ana.post("/api/v1/contracts/", json=contract_body(**terms))
    for value in ("7", "none"):
        path = f"{BASE}/Observation?identifier=urn:lab%7C{value}"
        with nothing_is_stored(house):
            assert outcome(put(house.doctor, path)) == (403, "forbidden", "access-denied")
            assert outcome(house.doctor.call("DELETE", f"{path}&patient={ANA}"))[0] == 403


def test_two_at_once_make_one_record(house: House, doctor: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: put(doctor), range(4)))
    assert sorted(one.status_code for one in answers) == [200, 200, 200, 201]
    assert len({one.json()["id"] for one in answers}) == 1


def test_a_transaction_updates_and_deletes_what_fits_and_refers_to_it(house: House, doctor: Any) -> None:
    first = put(doctor).json()["id"]
    lab, ward = urn(), urn()
    organisation = {"resourceType": "Organization", "name": "Ward 3", **NAMED}
    content = bundle(
        "transaction",
        {
            "fullUrl": lab,
            "resource": glucose(**NAMED, performer=[{"reference": ward}]),
            "request": {"method": "PUT", "url": "Observation?identifier=urn:lab|7"},
        },
        post(glucose(hasMember=[{"reference": lab}])),
        {
            "fullUrl": ward,
            "resource": organisation,
            "request": {"method": "PUT", "url": "Organization?identifier=urn:lab|7"},
        },
    )
    answer = doctor.post(f"{BASE}/", json=content, headers=SENT)
    assert answer.status_code == 200, answer.text
    updated, made, placed = [one["resource"] for one in answer.json()["entry"]]
    assert updated["id"] == first
    assert made["hasMember"] == [{"reference": f"Observation/{first}"}]
    assert updated["performer"] == [{"reference": f"Organization/{placed['id']}"}]
    twice = bundle("transaction", *[
        {"resource": glucose(**NAMED), "request": {"method": "PUT", "url": url}}
        for url in ("Observation?identifier=urn:lab|7", "Observation?identifier=7")
    ])  # fmt: skip
    with nothing_is_stored(house):
        assert outcome(doctor.post(f"{BASE}/", json=twice, headers=SENT))[0] == 400


def test_a_patient_is_updated_by_the_number_that_she_has(house: House, doctor: Any) -> None:
    path = f"{BASE}/Patient?identifier=http://hl7.org/fhir/sid/us-ssn%7C999-11-1111"
    body = {**patient("x", "999-11-1111"), "maritalStatus": {"text": "single"}}
    del body["id"]
    answer = doctor.call("PUT", path, json=body, headers=SENT)
    assert (answer.status_code, answer.json()["id"]) == (200, ANA), answer.text


def test_what_a_refused_write_tells_of_a_condition_is_entered(house: House, doctor: Any) -> None:
    """Whether one fits shows in which entry the refusal names, and in the refusal of several."""
    put(doctor)
    for value, at in (("7", "entry[1]"), ("none", "entry[0]")):
        entries = [post(glucose(status="nonsense")) for _ in range(2)]
        entries[0]["request"]["ifNoneExist"] = f"identifier=urn:lab|{value}"
        before = asked_of(house)
        answer = doctor.post(f"{BASE}/", json=bundle("transaction", *entries), headers=SENT)
        assert at in answer.json()["issue"][0]["expression"][0], answer.text
        assert asked_of(house) == before + 1
    doctor.post(f"{BASE}/Observation", json=glucose(**NAMED), headers=SENT)
    before = asked_of(house)
    assert outcome(put(doctor)) == (412, "conflict", "condition-not-selective")
    assert asked_of(house) == before + 1
    before = asked_of(house)
    referring = glucose(hasMember=[{"reference": "Observation/guessed"}])
    assert doctor.post(f"{BASE}/Observation", json=referring, headers=SENT).status_code == 422
    assert asked_of(house) == before + 1


def asked_of(house: House) -> int:
    """How many entries tell Ana that her record was looked into."""
    with tenant_scope(house.tenants["st-mary"]):
        person = registration(patient=ANA).person_id
        return len(subject_entries(subject=person, types=["access.permitted"], limit=200))
