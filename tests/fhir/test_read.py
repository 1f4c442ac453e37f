"""Reading one record: its exact bytes, its version, and the entry that says so, whether permitted or denied."""

from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

import pytest

from ledger.promise import parse_promise
from tests.api.house import ANA, ASTHMA, GLUCOSE, Caller, House, contract_body

FHIR = "application/fhir+json; fhirVersion=4.0"


def outcome(answer: Any) -> tuple[int, str, str]:
    """Status, FHIR issue type and our code, of an answer that is an OperationOutcome through and through."""
    document = answer.json()
    assert answer.headers["Content-Type"] == FHIR
    assert answer.headers["Cache-Control"] == "no-store"
    assert document["resourceType"] == "OperationOutcome"
    issue = document["issue"][0]
    assert issue["severity"] in ("error", "fatal")
    assert issue["details"]["text"]
    return answer.status_code, issue["code"], issue["details"]["coding"][0]["code"]


def last_access(patient: Caller) -> dict[str, Any]:
    line: dict[str, Any] = patient.get("/api/v1/accesses/?limit=1").json()["results"][0]
    return line


def test_a_read_answers_the_stored_bytes_with_version_and_entry(house: House) -> None:
    answer = house.ana.get(f"/fhir/st-mary/Observation/{GLUCOSE}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == FHIR
    assert answer.headers["ETag"] == 'W/"1"'
    assert parsedate_to_datetime(answer.headers["Last-Modified"])
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["id"] == GLUCOSE
    entry = UUID(answer.headers["Ledger-Entry"])
    assert parse_promise(answer.headers["Ledger-Promise"]).promise.id == entry
    assert last_access(house.ana)["entry"] == str(entry)
    version = house.ana.get(f"/fhir/st-mary/Observation/{GLUCOSE}/_history/1")
    assert version.content == answer.content


def test_a_denial_says_what_would_help_and_stands_in_the_ledger(house: House) -> None:
    answer = house.doctor.get(f"/fhir/st-mary/Observation/{GLUCOSE}")
    assert outcome(answer) == (403, "forbidden", "access-denied")
    assert "/api/v1/requests/" in answer.text
    line = last_access(house.ana)
    assert (line["entry"], line["decision"]) == (answer.headers["Ledger-Entry"], "denied")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("nowhere/Observation/glucose-1", (404, "not-found", "unknown-tenant")),
        ("st-mary/Horoscope/1", (404, "not-supported", "type-unsupported")),
        ("st-mary/Observation/none", (404, "not-found", "unknown-record")),
        ("st-mary/Observation/glucose-1/_history/7", (404, "not-found", "unknown-record")),
        ("st-mary/Observation/not an id", (404, "not-found", "not-found")),
        ("st-mary/", (405, "not-supported", "method-not-allowed")),
        ("st-mary/Observation/glucose-1%0A", (404, "not-found", "not-found")),
        ("st-mary/Observation/glucose-1/_history/1%0A", (404, "not-found", "not-found")),
    ],
)
def test_what_is_not_there(house: House, path: str, expected: tuple[int, str, str]) -> None:
    answer = house.ana.get(f"/fhir/{path}")
    assert outcome(answer) == expected
    assert "Ledger-Entry" not in answer.headers


def test_a_call_without_a_token_is_asked_for_one(house: House) -> None:
    answer = house.http.get(f"/fhir/st-mary/Observation/{GLUCOSE}")
    assert outcome(answer) == (401, "login", "not-authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_xml_is_refused_by_name(house: House) -> None:
    for more in ({"params": {"_format": "xml"}}, {"headers": {"Accept": "application/fhir+xml"}}):
        answer = house.ana.get(f"/fhir/st-mary/Patient/{ANA}", **more)
        assert outcome(answer) == (406, "not-supported", "not-acceptable")
    assert house.ana.get(f"/fhir/st-mary/Patient/{ANA}?_format=json").status_code == 200


# Refused before any contract is asked; a person's record was asked for all the same, and she is told.
@pytest.mark.parametrize(
    ("email", "scopes", "headers", "expected"),
    [
        ("doctor@riverside.example", "*", {"X-Tenant": "st-mary"}, (403, "forbidden", "not-a-member")),
        ("doctor@riverside.example", "*", {"X-Tenant": "nowhere"}, (404, "not-found", "unknown-tenant")),
        (
            "doctor@riverside.example",
            "*",
            {"Purpose-Of-Use": "GOSSIP"},
            (422, "processing", "unknown-purpose"),
        ),
        ("doctor@riverside.example", "profile audit", {}, (403, "forbidden", "insufficient-scope")),
        ("ana@example.org", "profile", {}, (403, "forbidden", "insufficient-scope")),
        ("ana@example.org", "*", {"Purpose-Of-Use": "HRESCH"}, (403, "forbidden", "purpose-not-allowed")),
    ],
)
def test_an_access_that_is_refused_at_the_door_is_in_the_ledger_too(
    house: House, email: str, scopes: str, headers: dict[str, str], expected: tuple[int, str, str]
) -> None:
    house.ana.post("/api/v1/contracts/", json=contract_body())
    caller = house.caller(email, scopes)
    for path in (f"Observation/{GLUCOSE}", f"Observation?patient={ANA}"):
        answer = caller.get(f"/fhir/st-mary/{path}", headers=headers)
        assert outcome(answer) == expected
        line = last_access(house.ana)
        assert line["entry"] == answer.headers["Ledger-Entry"]
        assert (line["decision"], line["basis"]["code"]) == ("denied", expected[2])


def test_a_clinician_of_two_organisations_says_for_which_one_he_asks(house: House) -> None:
    from portal.accounts import selectors, services

    user = selectors.user_by_email("doctor@riverside.example")
    services.add_member(tenant=house.tenants["st-mary"], user=user, role="clinician")
    house.ana.post("/api/v1/contracts/", json=contract_body(grantee={"organisation": "riverside"}))
    doctor, path = house.doctor, f"/fhir/st-mary/Observation/{GLUCOSE}"
    assert outcome(doctor.get(path)) == (400, "invalid", "acting-for-unclear")
    assert doctor.get(path, headers={"X-Tenant": "riverside"}).status_code == 200
    assert doctor.get(path, headers={"X-Tenant": "st-mary"}).status_code == 403


def test_the_stated_purpose_narrows(house: House) -> None:
    house.ana.post("/api/v1/contracts/", json=contract_body(categories=["conditions"], purposes=["HPAYMT"]))
    doctor, path = house.doctor, f"/fhir/st-mary/Condition/{ASTHMA}"
    assert doctor.get(path).status_code == 403
    assert doctor.get(path, headers={"Purpose-Of-Use": "HPAYMT"}).status_code == 200
    assert last_access(house.ana)["purpose"] == "HPAYMT"


def test_breaking_the_glass_is_no_purpose_without_an_open_session(house: House) -> None:
    house.ana.post("/api/v1/contracts/", json=contract_body(purposes=["TREAT", "BTG"]))
    path = f"/fhir/st-mary/Observation/{GLUCOSE}"
    answer = house.doctor.get(path, headers={"Purpose-Of-Use": "BTG"})
    assert outcome(answer) == (403, "forbidden", "purpose-not-allowed")
    assert last_access(house.ana)["entry"] == answer.headers["Ledger-Entry"]


def test_the_directory_is_open_to_everybody_with_a_token(house: House) -> None:
    import json

    from portal.records.services import import_content

    organization = json.dumps({"resourceType": "Organization", "id": "ward", "name": "Ward 3"}).encode()
    import_content(tenant=house.tenants["st-mary"], content=organization, source="test")
    answer = house.ben.get("/fhir/st-mary/Organization/ward")
    assert answer.status_code == 200
    assert "Ledger-Entry" not in answer.headers
    assert house.ben.get("/fhir/st-mary/Organization").json()["entry"][0]["resource"]["name"] == "Ward 3"
