"""Whoever has nothing to do with a patient cannot tell her records from none; she is told all the same."""

import json
from typing import Any

import pytest

from portal.records.importing import import_content
from tests.api.house import ANA, GLUCOSE, House, contract_body, patient
from tests.fhir.test_read import outcome
from tests.fhir.writing import bundle, glucose, nothing_is_stored, opt_out, post

BASE = "/fhir/st-mary"
SENT = {"Content-Type": "application/fhir+json"}
PATCH = {"Content-Type": "application/json-patch+json"}
SSN = "http://hl7.org/fhir/sid/us-ssn%7C"
HERS = {"record": GLUCOSE, "patient": ANA, "ssn": "999-11-1111"}
NOBODYS = {"record": "none", "patient": "none", "ssn": "999-99-9999"}


def about(whose: dict[str, str]) -> dict[str, Any]:
    return glucose(subject={"reference": f"Patient/{whose['patient']}"})


def patient_of(whose: dict[str, str]) -> dict[str, Any]:
    return patient(whose["patient"], whose["ssn"])


CALLS: dict[str, tuple[str, str, Any, dict[str, str], int]] = {
    "read": ("GET", "Observation/{record}", None, {}, 404),
    "read of a version": ("GET", "Observation/{record}/_history/1", None, {}, 404),
    "history": ("GET", "Observation/{record}/_history", None, {}, 404),
    "history of a type": ("GET", "Observation/_history?patient={patient}", None, {}, 404),
    "read of the patient": ("GET", "Patient/{patient}", None, {}, 404),
    "everything": ("GET", "Patient/{patient}/$everything", None, {}, 404),
    "search": ("GET", "Observation?patient={patient}", None, {}, 404),
    "search by id": ("GET", "Observation?_id={record}", None, {}, 200),
    "search by number": ("GET", f"Patient?identifier={SSN}{{ssn}}", None, {}, 200),
    "delete": ("DELETE", "Observation/{record}", None, {}, 404),
    "delete where": ("DELETE", "Observation?patient={patient}&identifier=a", None, {}, 404),
    "patch": ("PATCH", "Observation/{record}", lambda _: [{"op": "remove", "path": "/note"}], PATCH, 404),
    "create": ("POST", "Observation", about, SENT, 422),
    "create if none": ("POST", "Observation", about, {**SENT, "If-None-Exist": "identifier=a"}, 422),
    "update where": ("PUT", "Observation?identifier=a", about, SENT, 422),
    "update of the patient": ("PUT", "Patient/{patient}", patient_of, SENT, 403),
    "update of the patient where": ("PUT", f"Patient?identifier={SSN}{{ssn}}", patient_of, SENT, 403),
    "transaction": ("POST", "", lambda whose: bundle("transaction", post(about(whose))), SENT, 422),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_answer_is_the_same_as_about_nobody_and_she_is_told(house: House, name: str) -> None:
    method, path, body, headers, status = CALLS[name]
    answers = []
    with nothing_is_stored(house):
        for whose in (NOBODYS, HERS):
            before = denials(house)
            more = {"json": body(whose)} if body else {}
            answer = house.ben.call(method, f"{BASE}/{path.format(**whose)}", headers=headers, **more)
            assert answer.status_code == status, answer.text
            kept = {key: value for key, value in answer.headers.items() if not key.startswith(CHANGING)}
            answers.append((kept, without_number(answer.json(), whose)))
    assert answers[0] == answers[1]
    assert denials(house) == before + TOLD.get(name, 1)


# A number is looked for among those whom one knows; a write with a condition is a search and a write.
TOLD = {"search by number": 0, "create if none": 2, "update where": 2, "update of the patient where": 2}
CHANGING = ("date", "request-id", "x-request-id", "content-length", "ratelimit")


def without_number(document: dict[str, Any], whose: dict[str, str]) -> str:
    """What an answer says, but for the number of the call and what was asked for."""
    for issue in document.get("issue", ()):
        issue.pop("diagnostics", None)
    found = {name: value for name, value in document.items() if name not in ("id", "meta", "timestamp")}
    return json.dumps(found).replace(whose["record"], "").replace(whose["ssn"], "")


def denials(house: House) -> int:
    lines = house.ana.get("/api/v1/accesses/?limit=50").json()["results"]
    return sum(one["decision"] == "denied" for one in lines)


def test_who_has_to_do_with_her_is_told_what_would_help(house: House) -> None:
    house.ana.post("/api/v1/contracts/", json=contract_body(categories=["conditions"]))
    for caller in (house.doctor, house.own_doctor):
        answer = caller.get(f"{BASE}/Observation/{GLUCOSE}")
        assert outcome(answer) == (403, "forbidden", "access-denied")
        assert answer.headers["Ledger-Entry"]


def test_an_id_of_somebody_else_is_taken_and_nothing_of_hers_is_entered(house: House) -> None:
    opt_out(house)
    mine = glucose(id="ben-glucose-1")
    before = denials(house)
    with nothing_is_stored(house):
        answer = house.own_doctor.call("PUT", f"{BASE}/Observation/ben-glucose-1", json=mine, headers=SENT)
        assert outcome(answer) == (409, "conflict", "write-conflict")
        answer = house.doctor.call("PUT", f"{BASE}/Observation/ben-glucose-1", json=mine, headers=SENT)
        assert outcome(answer)[0] == 403
    lines = house.ana.get("/api/v1/accesses/?limit=50").json()["results"]
    assert denials(house) == before + 1
    assert "ben-glucose-1" not in json.dumps(lines)


def test_that_two_patients_share_a_number_is_told_to_who_may_read_both(house: House) -> None:
    for one in (patient(ANA, "999-11-1111"), patient("cora", "999-33-3333")):
        one["identifier"].append({"system": "urn:card", "value": "7"})
        content = json.dumps(one).encode()
        report = import_content(tenant=house.tenants["st-mary"], content=content, source="twice")
        assert not report.failed, report.failed
    body = {key: value for key, value in patient("x", "999-44-4444").items() if key != "id"}
    path = f"{BASE}/Patient?identifier=urn:card%7C7"
    with nothing_is_stored(house):
        answer = house.own_doctor.call("PUT", path, json=body, headers=SENT)
        assert outcome(answer) == (403, "forbidden", "access-denied")
        opt_out(house)
        answer = house.own_doctor.call("PUT", path, json=body, headers=SENT)
        assert outcome(answer) == (412, "conflict", "condition-not-selective")
