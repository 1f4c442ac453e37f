"""An invented patient with as many observations as a benchmark wants, as a FHIR collection bundle."""

import json
from typing import Any

from ledger.identity import new_id


def bundle(observations: int) -> dict[str, Any]:
    """One Patient first, then her observations."""
    patient = str(new_id())
    identifier = {"type": {"coding": [{"code": "MR"}]}, "system": "urn:bench", "value": patient[-12:]}
    person = {
        "resourceType": "Patient",
        "id": patient,
        "identifier": [identifier],
        "name": [{"family": "Bench", "given": ["Ada"]}],
        "birthDate": "1970-01-01",
    }
    resources = [person, *(_observation(patient, number) for number in range(observations))]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource} for resource in resources],
    }


def content(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def _observation(patient: str, number: int) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": str(new_id()),
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "laboratory",
                    }
                ]
            }
        ],
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4", "display": "Hemoglobin A1c"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": f"20{10 + number % 15}-0{1 + number % 9}-01T09:00:00Z",
        "valueQuantity": {
            "value": 5 + number % 40 / 10,
            "unit": "%",
            "system": "http://unitsofmeasure.org",
            "code": "%",
        },
    }
