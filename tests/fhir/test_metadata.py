"""The CapabilityStatement says what the server does, and the server does what it says."""

from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.api.house import House
from tests.fhir.test_read import FHIR, outcome

SOME = {"Condition", "Coverage", "Medication", "Observation", "Organization", "Patient", "Practitioner"}
VALUES = {"date": "2024", "_id": "x", "patient": "ana", "subject": "ana", "category": "lab-results"}


@pytest.fixture
def statement(house: House) -> Any:
    answer = house.http.get("/fhir/st-mary/metadata")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == FHIR
    return answer.json()


def test_it_is_a_valid_resource_and_needs_no_token(statement: Any) -> None:
    get_fhir_model_class("CapabilityStatement").model_validate(statement)
    assert statement["fhirVersion"] == "4.0.1"


def test_every_parameter_that_it_names_is_served(house: House, statement: Any) -> None:
    ana = house.ana
    for resource in statement["rest"][0]["resource"]:
        if resource["type"] not in SOME:
            continue
        for parameter in resource["searchParam"]:
            name = parameter["name"]
            answer = ana.get(f"/fhir/st-mary/{resource['type']}", params={name: VALUES.get(name, "x")})
            expected = (200, 422) if name == "category" else (200,)  # a category that the type cannot hold
            assert answer.status_code in expected or (resource["type"], name, answer.status_code) in {
                ("Patient", "_id", 404),
                ("Patient", "identifier", 404),
            }, (resource["type"], name, answer.text)


def test_an_unknown_server_has_none(house: House) -> None:
    assert outcome(house.http.get("/fhir/nowhere/metadata")) == (404, "not-found", "unknown-tenant")
