"""From what a clinician typed to a FHIR R4 resource. Pure."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
Json = dict[str, Any]


class Author(NamedTuple):
    """Who writes, and about which Patient (its FHIR id)."""

    user: UUID
    name: str
    patient: str

    @property
    def reference(self) -> Json:
        """Accounts are no entries of the directory, so that the author is named, and told apart by the account."""
        identifier = {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{self.user}"}
        return {"type": "Practitioner", "identifier": identifier, "display": self.name}

    @property
    def subject(self) -> Json:
        return {"reference": f"Patient/{self.patient}"}


class Vital(NamedTuple):
    """A measurement: its LOINC code and name, its UCUM unit, and the values that can be true of somebody alive."""

    code: str
    name: str
    unit: str
    shown: str
    lowest: float
    highest: float


# The codes of FHIR's vital signs profile (R4, observation-vitalsigns).
VITALS: Mapping[str, Vital] = {
    "heart-rate": Vital("8867-4", "Heart rate", "/min", "/min", 10, 350),
    "temperature": Vital("8310-5", "Body temperature", "Cel", "°C", 20, 46),
    "breathing": Vital("9279-1", "Respiratory rate", "/min", "/min", 2, 120),
    "oxygen": Vital("2708-6", "Oxygen saturation", "%", "%", 30, 100),
    "weight": Vital("29463-7", "Body weight", "kg", "kg", 0.2, 700),
    "height": Vital("8302-2", "Body height", "cm", "cm", 20, 280),
}
SYSTOLIC = Vital("8480-6", "Systolic blood pressure", "mm[Hg]", "mmHg", 30, 320)
DIASTOLIC = Vital("8462-4", "Diastolic blood pressure", "mm[Hg]", "mmHg", 10, 220)
PRESSURE = ("85354-9", "Blood pressure")


def note(form: Any, author: Author) -> Json:
    """A progress note as a document whose text stands in it."""
    text = base64.b64encode(form.cleaned_data["text"].encode()).decode()
    attachment = {
        "contentType": "text/plain; charset=utf-8",
        "data": text,
        "title": form.cleaned_data["title"],
    }
    coding = {"system": LOINC, "code": "11506-3", "display": "Progress note"}
    return _document(author, {"coding": [coding], "text": form.cleaned_data["title"]}, attachment)


def document(form: Any, author: Author) -> Json:
    """A document without its content; `leading_to` adds that."""
    coding = {"system": LOINC, "code": "34109-9", "display": "Note"}
    title = form.cleaned_data["title"]
    return _document(author, {"coding": [coding], "text": title}, {"title": title})


def leading_to(resource: Json, binary: str, media_type: str) -> Json:
    """The document with its content, which is that Binary."""
    attachment = {
        **resource["content"][0]["attachment"],
        "contentType": media_type,
        "url": f"Binary/{binary}",
    }
    return {**resource, "content": [{"attachment": attachment}]}


def vital(form: Any, author: Author) -> Json:
    """One measurement; a blood pressure with its two components."""
    given, slug = form.cleaned_data, form.cleaned_data["what"]
    resource: Json = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "vital-signs", "display": "Vital Signs"}]}],
        "subject": author.subject,
        "effectiveDateTime": instant(given["at"]),
        "performer": [author.reference],
    }
    if slug == "blood-pressure":
        parts = ((SYSTOLIC, given["value"]), (DIASTOLIC, given["second"]))
        measured = [{"code": _coded(one), "valueQuantity": _quantity(one, value)} for one, value in parts]
        return {**resource, "code": _concept(*PRESSURE), "component": measured}
    one = VITALS[slug]
    return {**resource, "code": _coded(one), "valueQuantity": _quantity(one, given["value"])}


def medicine(form: Any, author: Author) -> Json:
    """A prescription in words: what it is called, and how it is taken."""
    given = form.cleaned_data
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": given["name"]},
        "subject": author.subject,
        "authoredOn": instant(datetime.now(UTC)),
        "requester": author.reference,
        "dosageInstruction": [{"text": given["dosage"]}],
    }


def instant(moment: datetime) -> str:
    """A FHIR dateTime to the second, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _document(author: Author, kind: Json, attachment: Json) -> Json:
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": kind,
        "subject": author.subject,
        "date": instant(datetime.now(UTC)),
        "author": [author.reference],
        "content": [{"attachment": attachment}],
    }


def _coded(one: Vital) -> Json:
    return _concept(one.code, one.name)


def _concept(code: str, name: str) -> Json:
    return {"coding": [{"system": LOINC, "code": code, "display": name}], "text": name}


def _quantity(one: Vital, value: float) -> Json:
    whole = float(value)
    number = int(whole) if whole.is_integer() else whole
    return {"value": number, "unit": one.shown, "system": UCUM, "code": one.unit}
