"""Writing FHIR resources for the demo world. The people, places and values are our own invention. Pure."""

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_NAMES = uuid.UUID("0b6f2a54-7c5e-5a0e-8f7e-3d2f6f0a9c11")
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM = "http://unitsofmeasure.org"
TERMS = "http://terminology.hl7.org/CodeSystem"
Json = dict[str, Any]


def key(*parts: str) -> str:
    """An id that stays the same each time that the world is written."""
    return str(uuid.uuid5(_NAMES, "/".join(parts)))


def concept(system: str, code: str, text: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def instant(day: str, clock: str = "09:00") -> str:
    return f"{day}T{clock}:00Z"


@dataclass
class Chart:
    """The resources of one patient at one organisation, as they are written."""

    place: str  # slug of the organisation
    patient: Json
    doctor: str  # reference of whoever records, unless another is named
    resources: list[Json] = field(default_factory=list)

    def add(self, type_name: str, *name: str, **elements: Any) -> str:
        """Write a resource about the patient; returns its reference. None elements are left out."""
        identity = key(self.place, self.patient["id"], type_name, *name)
        said = {element: value for element, value in elements.items() if value is not None}
        about = (
            "patient"
            if type_name in _PATIENT_TYPES
            else "beneficiary"
            if type_name == "Coverage"
            else "subject"
        )
        self.resources.append(
            {
                "resourceType": type_name,
                "id": identity,
                **said,
                about: {"reference": f"Patient/{self.patient['id']}"},
            }
        )
        return f"{type_name}/{identity}"

    def lab(
        self, code: str, text: str, unit: str, values: Sequence[tuple[str, float]], high: float | None
    ) -> list[str]:
        """A series of laboratory results: (day, value)."""
        return [self._measured("laboratory", (code, text), unit, one, high=high) for one in values]

    def vital(self, code: str, text: str, unit: str, values: Sequence[tuple[str, float]]) -> list[str]:
        """A series of measurements: (day, value)."""
        return [self._measured("vital-signs", (code, text), unit, one) for one in values]

    def blood_pressure(self, values: Sequence[tuple[str, int, int]]) -> None:
        """(day, systolic, diastolic) in mmHg."""
        for day, systolic, diastolic in values:
            parts = [
                ("8480-6", "Systolic blood pressure", systolic),
                ("8462-4", "Diastolic blood pressure", diastolic),
            ]
            self.add(
                "Observation", "blood-pressure", day,
                status="final", category=[_category("vital-signs")],
                code=concept(LOINC, "85354-9", "Blood pressure"), effectiveDateTime=instant(day),
                performer=[{"reference": self.doctor}],
                component=[
                    {"code": concept(LOINC, code, text), "valueQuantity": _quantity(value, "mm[Hg]", "mmHg")}
                    for code, text, value in parts
                ],
            )  # fmt: skip

    def social(self, code: str, text: str, day: str, answer: Json) -> None:
        self.add(
            "Observation", code, day,
            status="final", category=[_category("social-history")], code=concept(LOINC, code, text),
            effectiveDateTime=instant(day), valueCodeableConcept=answer,
        )  # fmt: skip

    def condition(self, code: str, text: str, since: str, *, ended: str | None = None) -> str:
        state = "resolved" if ended else "active"
        return self.add(
            "Condition", code,
            clinicalStatus=concept(f"{TERMS}/condition-clinical", state, state.capitalize()),
            verificationStatus=concept(f"{TERMS}/condition-ver-status", "confirmed", "Confirmed"),
            category=[concept(f"{TERMS}/condition-category", "problem-list-item", "Problem list item")],
            code=concept(SNOMED, code, text), onsetDateTime=since, abatementDateTime=ended,
            recordedDate=since, recorder={"reference": self.doctor},
        )  # fmt: skip

    def medicine(
        self, code: str, text: str, since: str, dose: str, *, reason: str = "", ended: bool = False
    ) -> str:
        return self.add(
            "MedicationRequest", code, since,
            status="stopped" if ended else "active", intent="order",
            medicationCodeableConcept=concept(RXNORM, code, text), authoredOn=since,
            requester={"reference": self.doctor}, dosageInstruction=[{"text": dose}],
            reasonReference=[{"reference": reason}] if reason else None,
        )  # fmt: skip

    def allergy(self, code: str, text: str, since: str, reaction: tuple[str, str], severity: str) -> None:
        self.add(
            "AllergyIntolerance", code,
            clinicalStatus=concept(f"{TERMS}/allergyintolerance-clinical", "active", "Active"),
            verificationStatus=concept(f"{TERMS}/allergyintolerance-verification", "confirmed", "Confirmed"),
            criticality="high" if severity == "severe" else "low", code=concept(SNOMED, code, text),
            onsetDateTime=since, recordedDate=since,
            reaction=[{"manifestation": [concept(SNOMED, *reaction)], "severity": severity}],
        )  # fmt: skip

    def immunisation(self, code: str, text: str, day: str) -> None:
        self.add(
            "Immunization", code, day,
            status="completed", vaccineCode=concept(CVX, code, text), occurrenceDateTime=day, primarySource=True,
        )  # fmt: skip

    def visit(self, day: str, text: str, *, kind: str = "AMB", reason: str = "", by: str = "") -> str:
        names = {"AMB": "ambulatory", "EMER": "emergency", "IMP": "inpatient encounter"}
        return self.add(
            "Encounter", day, text,
            status="finished", **{"class": {"system": f"{TERMS}/v3-ActCode", "code": kind, "display": names[kind]}},
            type=[{"text": text}], period={"start": instant(day), "end": instant(day, "09:30")},
            participant=[{"individual": {"reference": by or self.doctor}}],
            reasonReference=[{"reference": reason}] if reason else None,
        )  # fmt: skip

    def procedure(self, code: str, text: str, day: str) -> None:
        self.add(
            "Procedure", code, day,
            status="completed", code=concept(SNOMED, code, text), performedDateTime=instant(day),
            performer=[{"actor": {"reference": self.doctor}}],
        )  # fmt: skip

    def report(self, text: str, day: str, results: Sequence[str]) -> None:
        self.add(
            "DiagnosticReport", text, day,
            status="final", category=[concept(f"{TERMS}/v2-0074", "LAB", "Laboratory")], code={"text": text},
            effectiveDateTime=instant(day), issued=instant(day, "15:47"),
            result=[{"reference": result} for result in results],
        )  # fmt: skip

    def document(self, code: str, title: str, day: str, words: str) -> None:
        content = base64.b64encode(words.encode()).decode()
        attachment = {"contentType": "text/plain; charset=utf-8", "data": content, "title": title}
        self.add(
            "DocumentReference", code, day,
            status="current", type=concept(LOINC, code, title), date=instant(day),
            author=[{"reference": self.doctor}], content=[{"attachment": attachment}],
        )  # fmt: skip

    def message(self, day: str, words: str, *, from_patient: bool) -> None:
        patient = {"reference": f"Patient/{self.patient['id']}"}
        doctor = {"reference": self.doctor}
        sender, recipient = (patient, doctor) if from_patient else (doctor, patient)
        self.add(
            "Communication", day, words[:20],
            status="completed", sent=instant(day), sender=sender, recipient=[recipient],
            payload=[{"contentString": words}],
        )  # fmt: skip

    def _measured(
        self,
        kind: str,
        what: tuple[str, str],
        unit: str,
        measured: tuple[str, float],
        *,
        high: float | None = None,
    ) -> str:
        code, text = what
        day, value = measured
        shown = {"mmol/mol": "mmol/mol", "mmol/L": "mmol/L", "umol/L": "µmol/L"}.get(unit, unit)
        ranges = [{"high": _quantity(high, unit, shown), "text": f"{high:g} or less"}] if high else None
        return self.add(
            "Observation", code, day,
            status="final", category=[_category(kind)], code=concept(LOINC, code, text),
            effectiveDateTime=instant(day), issued=instant(day, "15:47"), performer=[{"reference": self.doctor}],
            valueQuantity=_quantity(value, unit, shown), referenceRange=ranges,
        )  # fmt: skip


_PATIENT_TYPES = frozenset({"AllergyIntolerance", "Immunization"})


def patient(place: str, name: tuple[str, str], born: str, gender: str, *, mrn: str, number: str = "") -> Json:
    """A FHIR Patient. `number`: from the range that the United States keep for advertising (987-65-4320 to -4329)."""
    given, family = name
    types = f"{TERMS}/v2-0203"
    identifiers: list[Json] = [
        {
            "type": concept(types, "MR", "Medical record number"),
            "system": f"urn:demo:{place}:mrn",
            "value": mrn,
        }
    ]
    if number:
        identifiers.append({"system": "http://hl7.org/fhir/sid/us-ssn", "value": number})
    return {
        "resourceType": "Patient",
        "id": key(place, "Patient", mrn),
        "identifier": identifiers,
        "name": [{"use": "official", "family": family, "given": given.split()}],
        "gender": gender,
        "birthDate": born,
    }


def practitioner(place: str, given: str, family: str, title: str) -> Json:
    return {
        "resourceType": "Practitioner",
        "id": key(place, "Practitioner", family),
        "active": True,
        "name": [
            {
                "use": "official",
                "family": family,
                "given": [given],
                "prefix": ["Dr"] if title != "Nurse" else [],
            }
        ],
        "qualification": [{"code": {"text": title}}],
    }


def bundle(resources: Sequence[Json]) -> Json:
    """A collection bundle of these resources, the Patient first."""
    entries = [{"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _category(code: str) -> Json:
    return concept(f"{TERMS}/observation-category", code, code.replace("-", " ").capitalize())


def _quantity(value: float, unit: str, shown: str) -> Json:
    return {"value": value, "unit": shown, "system": UCUM, "code": unit}
