"""What every client does: it reads, searches, turns the page, creates and updates; and what must come of that."""

from typing import Any

from portal.records.services import read, search
from tests.cast import LOINC, PATIENT, Cast

CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
LABS = {f"{PATIENT}-hba1c-1", f"{PATIENT}-hba1c-2", f"{PATIENT}-ldl-1"}


def new_lab(value: float) -> dict[str, Any]:
    """A lab result that a client adds."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "laboratory"}]}],
        "code": {"coding": [{"system": LOINC, "code": "2345-7"}]},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "effectiveDateTime": "2026-11-20T08:00:00Z",
        "valueQuantity": {"value": value, "unit": "mmol/L"},
    }


def stored(cast: Cast, key: str) -> tuple[int, Any]:
    """(version, value) of what a client wrote, as the patient reads it."""
    record = read(caller=cast.amara, tenant=cast.hospital.id, type="Observation", id=key).record
    return record.version, record.resource["valueQuantity"]["value"]


def count(cast: Cast) -> int:
    """How many lab results she has."""
    params = {"patient": [PATIENT], "category": ["laboratory"]}
    found = search(caller=cast.amara, tenant=cast.hospital.id, type="Observation", params=params)
    return len(found.records)
