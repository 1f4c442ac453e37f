"""The people of the tests. Everybody is made through services only, as in life.

Amara Lindgren is a patient of St Mary (`hospital`) and of Riverside (`practice`). Her doctor works at St Mary, her
family doctor and the outsider at Riverside; the outsider has nothing to do with her.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from consent import services as consent
from consent.models import Contract
from consent.sentence import Display
from consent.signature import Signature
from consent.terms import Grantee, Terms
from ledger.scope import tenant_scope
from portal.accounts import selectors, services
from portal.accounts.identity import Caller
from portal.accounts.models import Organisation, User
from portal.accounts.scopes import parse_scopes
from portal.records.importing import Report, import_content

PASSWORD = "correct-horse-battery"
PATIENT = "amara"
MRN = "SM-1"
OTHER = "ben"  # another patient of St Mary
SSN = "987-65-4329"
BORN = "1979-03-04"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
Json = dict[str, Any]


@dataclass(frozen=True)
class Cast:
    """Callers, as faces would make them from a browser session with a strong log-in."""

    hospital: Organisation
    practice: Organisation
    person: UUID  # Amara
    other: UUID  # Ben, who has no account
    amara: Caller
    guardian: Caller
    doctor: Caller  # St Mary
    family_doctor: Caller  # Riverside
    outsider: Caller  # a doctor at Riverside
    administrator: Caller
    privacy_officer: Caller
    auditor: Caller
    regulator: Caller

    @property
    def app(self) -> Caller:
        """A program with a token of Amara's."""
        return replace(self.amara, client="token:assent_abcdef", strong=False, scopes=parse_scopes("*"))

    def grant(
        self,
        to: Caller,
        *categories: str,
        purposes: tuple[str, ...] = ("TREAT",),
        custodian: Organisation | None = None,
        kind: str = "practitioner",
        **terms: Any,
    ) -> Contract:
        """Amara signs a contract with `to` over what the hospital (or `custodian`) keeps of her."""
        where = custodian or self.hospital
        key = to.organisation if kind == "organisation" else to.user
        assert key is not None
        terms.setdefault("ends", datetime.now(UTC) + timedelta(days=30))
        with tenant_scope(where.id):
            return consent.grant(
                person=self.person,
                grantor=self.amara.user,
                terms=Terms(where.id, Grantee(kind, key), categories, purposes, **terms),
                signature=Signature("reauthenticated", self.amara.user),
                display=Display(to.name, where.name, cosigner="Second" if terms.get("cosigner") else ""),
            )

    def break_glass(self, reason: str = "Found at the roadside, no papers.") -> None:
        """The doctor opens Amara's record at the hospital in an emergency."""
        with tenant_scope(self.hospital.id):
            consent.open_emergency(
                person=self.person,
                actor=self.doctor.user,
                organisation=self.hospital.id,
                role="clinician",
                strong=True,
                reason_code="unconscious",
                reason=reason,
            )

    def revoke(self, contract: Contract) -> None:
        with tenant_scope(contract.tenant_id):
            consent.revoke(contract=contract.id, actor=self.amara.user, person=self.person)


def build() -> Cast:
    """The organisations, their people, and Amara's small record at both. Short names are new each time."""
    mark = uuid4().hex[:6]
    hospital = services.create_organisation(slug=f"st-mary-{mark}", name="St Mary Hospital")
    practice = services.create_organisation(slug=f"riverside-{mark}", name="Riverside Family Practice")
    for place in (hospital, practice):
        store(place, *record_of(PATIENT, "Amara", "Lindgren", mrn=MRN, ssn=SSN))
    store(hospital, *record_of(OTHER, "Ben", "Okri", mrn="SM-2"))
    with tenant_scope(hospital.id):
        person = selectors.registration(patient=PATIENT).person_id
        other = selectors.registration(patient=OTHER).person_id

    def caller(name: str, title: str = "", *roles: tuple[Organisation, str]) -> Caller:
        return make_caller(f"{name.rsplit(maxsplit=1)[-1].lower()}@{mark}.example", name, title, *roles)

    amara = caller("Amara Lindgren")
    services.claim_person(person=person, user=account_of(amara))
    return Cast(
        hospital=hospital,
        practice=practice,
        person=person,
        other=other,
        amara=replace(amara, person=person),
        guardian=caller("Mats Berg"),
        doctor=caller("Dr Jonas Okafor", "Diabetes doctor", (hospital, "clinician")),
        family_doctor=caller("Dr Helen Brandt", "Family doctor", (practice, "clinician")),
        outsider=caller("Dr Ole Fremd", "Locum", (practice, "clinician")),
        administrator=caller("Priya Nair", "", (hospital, "administrator")),
        privacy_officer=caller("Ruth Adeyemi", "", (hospital, "privacy_officer")),
        auditor=caller("Tomas Aud", "", (hospital, "auditor")),
        regulator=caller("Ingrid Solberg", "", (hospital, "auditor"), (practice, "auditor")),
    )


def make_caller(email: str, name: str, title: str = "", *roles: tuple[Organisation, str]) -> Caller:
    """An account with these roles; it acts in the first of them."""
    user = services.create_account(email=email, password=PASSWORD, name=name)
    for organisation, role in roles:
        services.add_member(tenant=organisation.id, user=user, role=role, title=title)
    place, acting = roles[0] if roles else (None, None)
    return Caller(
        user=user.id,
        name=name,
        person=None,
        organisation=place.id if place else None,
        organisation_name=place.name if place else "",
        role=acting,
        title=title,
        strong=True,
        client="session",
        request_id=str(uuid4()),
    )


def account_of(caller: Caller) -> User:
    return selectors.user(caller.user)


def store(place: Organisation, *resources: Json) -> Report:
    """Import resources as one collection bundle; nothing may fail."""
    report = import_content(tenant=place.id, content=bundle(*resources), source="cast")
    assert not report.failed, [str(failure) for failure in report.failed]
    return report


def bundle(*resources: Json) -> bytes:
    entries = [{"fullUrl": f"urn:uuid:{uuid4()}", "resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def record_of(patient: str, given: str, family: str, *, mrn: str, ssn: str = "") -> list[Json]:
    """A small record: lab results, blood pressure, a medicine, conditions of which one is sensitive, an allergy."""
    mr = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
    identifiers: list[Json] = [{"type": mr, "system": "urn:test:mrn", "value": mrn}]
    if ssn:
        identifiers.append({"system": "http://hl7.org/fhir/sid/us-ssn", "value": ssn})
    person: Json = {
        "resourceType": "Patient",
        "id": patient,
        "identifier": identifiers,
        "name": [{"family": family, "given": [given]}],
        "gender": "female",
        "birthDate": BORN,
    }
    return [
        person,
        lab(patient, "hba1c-1", "59261-8", 55, "2026-05-20"),
        lab(patient, "hba1c-2", "59261-8", 52, "2026-11-16"),
        lab(patient, "ldl-1", "22748-8", 2.2, "2026-11-16"),
        lab(patient, "weight-1", "29463-7", 83.9, "2026-11-16", category="vital-signs"),
        condition(patient, "diabetes", "44054006"),
        condition(patient, "low-mood", "370143000"),
        {
            "resourceType": "MedicationRequest",
            "id": f"{patient}-metformin",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {"text": "Metformin 500 mg"},
            "subject": {"reference": f"Patient/{patient}"},
            "authoredOn": "2023-03-02",
        },
        {
            "resourceType": "AllergyIntolerance",
            "id": f"{patient}-penicillin",
            "clinicalStatus": {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                        "code": "active",
                    }
                ]
            },
            "code": {"coding": [{"system": SNOMED, "code": "91936005"}]},
            "patient": {"reference": f"Patient/{patient}"},
            "recordedDate": "1998-05-01",
        },
    ]


def lab(patient: str, name: str, code: str, value: float, day: str, *, category: str = "laboratory") -> Json:
    kinds = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "id": f"{patient}-{name}",
        "status": "final",
        "category": [{"coding": [{"system": kinds, "code": category}]}],
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": f"{day}T09:00:00Z",
        "valueQuantity": {"value": value},
    }


def condition(patient: str, name: str, code: str, **elements: Any) -> Json:
    return {
        "resourceType": "Condition",
        "id": f"{patient}-{name}",
        "code": {"coding": [{"system": SNOMED, "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "onsetDateTime": "2023-03",
        **elements,
    }
