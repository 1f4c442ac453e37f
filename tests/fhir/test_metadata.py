"""The CapabilityStatement says what the server does, and the server does what it says."""

from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from portal.fhir.capability import COMBINATION
from tests.api.house import House
from tests.fhir.test_read import FHIR, outcome

VALUES = {"patient": "ana", "subject": "ana", "category": "lab-results"}
OF_TYPE = {"token": "x", "string": "xyz", "date": "2024", "reference": "x"}


@pytest.fixture
def statement(house: House) -> Any:
    answer = house.http.get("/fhir/st-mary/metadata")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == FHIR
    return answer.json()


def test_it_is_a_valid_resource_and_needs_no_token(statement: Any) -> None:
    get_fhir_model_class("CapabilityStatement").model_validate(statement)
    assert statement["fhirVersion"] == "4.0.1"


def test_every_parameter_and_combination_that_it_names_is_served(house: House, statement: Any) -> None:
    for resource in statement["rest"][0]["resource"]:
        kind, types = resource["type"], {one["name"]: one["type"] for one in resource.get("searchParam", ())}
        combined = [
            {part["valueString"]: types[part["valueString"]] for part in one["extension"]}
            for one in resource.get("extension", ())
            if one["url"] == COMBINATION
        ]
        for names in [*({name: types[name]} for name in types), *combined]:
            params = {name: VALUES.get(name) or OF_TYPE[type_] for name, type_ in names.items()}
            answer = house.ana.get(f"/fhir/st-mary/{kind}", params=params)
            assert answer.status_code == 200, (kind, params, answer.text)
            assert answer.json()["type"] == "searchset"


def test_everything_that_it_says_may_come_along_does(house: House, statement: Any) -> None:
    for resource in statement["rest"][0]["resource"]:
        for name, along in (("_include", "searchInclude"), ("_revinclude", "searchRevInclude")):
            for value in resource.get(along, ()):
                answer = house.ana.get(f"/fhir/st-mary/{resource['type']}", params={name: value})
                assert answer.status_code == 200, (name, value, answer.text)


def test_an_unknown_server_has_none(house: House) -> None:
    assert outcome(house.http.get("/fhir/nowhere/metadata")) == (404, "not-found", "unknown-tenant")
