"""Two organisations, their people and a small record each: the cast of the tests that come over HTTP."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from ledger.scope import tenant_scope
from portal.accounts import selectors, services
from portal.records.importing import import_content

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
MR = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
PASSWORD = "correct horse battery"

ANA, BEN = "ana", "ben"  # FHIR Patient ids, the same at both organisations
GLUCOSE, WEIGHT, ASTHMA, HIV = "glucose-1", "weight-1", "asthma-1", "hiv-1"


def patient(name: str, ssn: str) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": name,
        "identifier": [
            {"system": "http://hl7.org/fhir/sid/us-ssn", "value": ssn},
            {"type": MR, "system": "urn:example:mrn", "value": f"MRN-{name}"},
        ],
        "name": [{"family": name.title(), "given": ["Test"]}],
        "gender": "female",
        "birthDate": "1980-02-03",
    }


def observation(key: str, of: str, category: str, code: str, value: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": key,
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": category}]}],
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{of}"},
        "effectiveDateTime": "2024-05-06T07:08:09Z",
        "valueQuantity": {"value": float(value), "unit": "u"},
    }


def condition(key: str, of: str, code: str, *, label: str = "") -> dict[str, Any]:
    act = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    return {
        "resourceType": "Condition",
        "id": key,
        **({"meta": {"security": [{"system": act, "code": label}]}} if label else {}),
        "code": {"coding": [{"system": SNOMED, "code": code}]},
        "subject": {"reference": f"Patient/{of}"},
        "onsetDateTime": "2020-01-02",
    }


def record_of(name: str, ssn: str, prefix: str = "") -> dict[str, Any]:
    """A collection of a patient, two observations and two conditions, one of them sensitive."""
    resources = [
        patient(name, ssn),
        observation(f"{prefix}{GLUCOSE}", name, "laboratory", "2345-7", "1.50"),
        observation(f"{prefix}{WEIGHT}", name, "vital-signs", "29463-7", "71.0"),
        condition(f"{prefix}{ASTHMA}", name, "195967001"),
        condition(f"{prefix}{HIV}", name, "86406008", label="HIV"),
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": item} for item in resources],
    }


@dataclass
class Caller:
    """One token, as a program that calls this node."""

    http: httpx.Client
    token: str

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self.http.request(method, path, headers=headers, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.call("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.call("POST", path, **more)


@dataclass
class House:
    """Everybody, by e-mail address, and tokens for them."""

    http: httpx.Client
    tenants: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    callers: dict[tuple[str, str, str], Caller] = field(default_factory=dict)

    def caller(self, email: str, scopes: str = "* sign emergency", *, strength: str = "strong") -> Caller:
        """Somebody with a token of these scopes; asked again it is the same token."""
        key = (email, scopes, strength)
        if key not in self.callers:
            user = selectors.user_by_email(email)
            token = services.create_token(user=user, scopes=scopes, strength=strength)
            self.callers[key] = Caller(self.http, token)
        return self.callers[key]

    @property
    def ana(self) -> Caller:
        return self.caller("ana@example.org")

    @property
    def ben(self) -> Caller:
        return self.caller("ben@example.org")

    @property
    def doctor(self) -> Caller:
        """A clinician of riverside."""
        return self.caller("doctor@riverside.example")

    @property
    def own_doctor(self) -> Caller:
        """A clinician of st-mary."""
        return self.caller("doctor@st-mary.example")

    @property
    def auditor(self) -> Caller:
        return self.caller("auditor@st-mary.example")


def build(http: httpx.Client) -> House:
    house = House(http)
    for slug, name in (("st-mary", "St Mary Hospital"), ("riverside", "Riverside Clinic")):
        house.tenants[slug] = services.create_organisation(slug=slug, name=name).id
    _import(house, "st-mary", record_of(ANA, "999-11-1111"), record_of(BEN, "999-22-2222", "ben-"))
    _import(house, "riverside", record_of(ANA, "999-11-1111", "river-"))
    for patient_id in (ANA, BEN):
        user = services.create_account(
            email=f"{patient_id}@example.org", password=PASSWORD, name=patient_id.title()
        )
        with tenant_scope(house.tenants["st-mary"]):
            person = selectors.registration(patient=patient_id).person_id
        services.claim_person(person=person, user=user)
        house.people[patient_id] = person
    for slug in house.tenants:
        for role in ("doctor", "auditor"):
            user = services.create_account(
                email=f"{role}@{slug}.example", password=PASSWORD, name=f"{role} of {slug}"
            )
            services.add_member(
                tenant=house.tenants[slug], user=user, role="clinician" if role == "doctor" else "auditor"
            )
    services.create_account(email="nobody@example.org", password=PASSWORD)
    return house


def contract_body(**changes: Any) -> dict[str, Any]:
    """St Mary's lab results of the caller, for the doctor of riverside, for a day."""
    return {
        "custodian": "st-mary",
        "grantee": {"practitioner": "doctor@riverside.example"},
        "categories": ["lab-results"],
        "purposes": ["TREAT"],
        "actions": ["read"],
        "ends": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        **changes,
    }


def _import(house: House, slug: str, *records: dict[str, Any]) -> None:
    for record in records:
        report = import_content(
            tenant=house.tenants[slug], content=json.dumps(record).encode(), source="test"
        )
        assert not report.failed, report.failed
