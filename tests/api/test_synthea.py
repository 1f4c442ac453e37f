"""The same story on imported records: nine patients' worth of somebody else's data, shared through REST alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.scope import tenant_scope
from portal.accounts import selectors, services
from portal.records.services import import_bundles
from tests.api.house import PASSWORD, Caller, contract_body
from tests.serving import Node

PATIENTS = ("Ned_Hintz", "Luigi_Wiegand")


@pytest.fixture
def synthea(node: Node, test_data: Path) -> Iterator[dict[str, Caller]]:
    """Two imported patients with accounts, and a doctor elsewhere, by name."""
    with httpx.Client(base_url=node.url, timeout=30) as http:
        hospital = services.create_organisation(slug="st-mary", name="St Mary Hospital")
        clinic = services.create_organisation(slug="riverside", name="Riverside Clinic")
        files = [next((test_data / "synthea").glob(f"{name}_*.json")) for name in PATIENTS]
        shared = sorted((test_data / "synthea").glob("*Information*.json"))
        report = import_bundles(tenant=hospital.id, paths=[*shared, *files])
        assert not report.failed
        people = {}
        for name, file in zip(PATIENTS, files, strict=True):
            user = services.create_account(email=f"{name}@example.org", password=PASSWORD)
            with tenant_scope(hospital.id):
                person = selectors.registration(patient=patient_in(file)).person_id
            services.claim_person(person=person, user=user)
            people[name] = Caller(http, services.create_token(user=user, scopes="* sign"))
        doctor = services.create_account(email="doctor@riverside.example", password=PASSWORD)
        services.add_member(tenant=clinic.id, user=doctor, role="clinician")
        yield {**people, "doctor": Caller(http, services.create_token(user=doctor, scopes="*"))}


def patient_in(file: Path) -> str:
    """The id of the Patient that a bundle is about."""
    resources = (entry["resource"] for entry in json.loads(file.read_bytes())["entry"])
    return next(str(item["id"]) for item in resources if item["resourceType"] == "Patient")


def ids(answer: Any) -> list[str]:
    return [entry["resource"]["id"] for entry in answer.json().get("entry", [])]


@pytest.mark.parametrize("name", PATIENTS)
def test_an_imported_patient_shares_one_category_and_takes_it_back(
    synthea: dict[str, Caller], name: str
) -> None:
    patient, doctor = synthea[name], synthea["doctor"]
    me = patient.get("/api/v1/me/").json()["person"]["registrations"][0]["patient"]
    search = f"/fhir/st-mary/Observation?patient={me}&_count=200"
    own = patient.get(search)
    by_category: dict[str, list[str]] = {}
    for entry in own.json()["entry"]:
        code = entry["resource"]["category"][0]["coding"][0]["code"]
        by_category.setdefault(code, []).append(entry["resource"]["id"])
    assert len(by_category) > 1
    asked = [doctor.get(search)]
    assert asked[-1].status_code == 403

    contract = patient.post("/api/v1/contracts/", json=contract_body(categories=["vital-signs"])).json()
    asked.append(doctor.get(search))
    assert ids(asked[-1]) == by_category["vital-signs"]
    for category, keys in by_category.items():
        asked.append(doctor.get(f"/fhir/st-mary/Observation/{keys[0]}"))
        assert asked[-1].status_code == (200 if category == "vital-signs" else 403)
    for kind in ("Condition", "Encounter", "MedicationRequest", "Patient"):
        asked.append(doctor.get(f"/fhir/st-mary/{kind}?patient={me}"))
        assert asked[-1].status_code == 403

    patient.post(f"/api/v1/contracts/{contract['id']}/revoke/")
    asked.append(doctor.get(search))
    assert asked[-1].status_code == 403
    history = patient.get("/api/v1/accesses/?limit=100").json()["results"]
    told = [
        (line["entry"], line["decision"]) for line in reversed(history) if line["organisation"] == "riverside"
    ]
    assert told == [
        (answer.headers["Ledger-Entry"], "permitted" if answer.status_code == 200 else "denied")
        for answer in asked
    ]


def test_pages_of_a_long_search_hold_everything_once(synthea: dict[str, Caller]) -> None:
    patient = synthea["Ned_Hintz"]
    all_at_once = ids(patient.get("/fhir/st-mary/Observation?_count=200"))
    address, walked = "/fhir/st-mary/Observation?_count=13", []
    while address:
        page = patient.get(address)
        walked += ids(page)
        address = next((link["url"] for link in page.json()["link"] if link["relation"] == "next"), "")
    assert walked[: len(all_at_once)] == all_at_once
    assert len(set(walked)) == len(walked) >= len(all_at_once) > 13
