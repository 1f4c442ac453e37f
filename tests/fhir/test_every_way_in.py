"""What breaks FHIR is refused at the same element by every way of writing: create, update, transaction, patch."""

import json
from typing import Any

import pytest

from tests.api.house import GLUCOSE, House
from tests.fhir.writing import bundle, glucose, nothing_is_stored, opt_out, post, put
from tests.records.test_validation import FAULTS

BASE = "/fhir/st-mary"
SENT = {"Content-Type": "application/fhir+json"}
PATCH = {"Content-Type": "application/json-patch+json"}
# Their own are refused as what they are: an id that is not the address's, a patch that is no UTF-8, a condition that
# fits nothing.
ASIDE = {"a lone surrogate", "a condition of a type that may not stand there"}
BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    name: fault for name, fault in FAULTS.items() if "id" not in fault[0] and name not in ASIDE
}


@pytest.fixture
def doctor(house: House) -> Any:
    opt_out(house)
    return house.own_doctor


def broken(key: str, changes: dict[str, Any]) -> dict[str, Any]:
    found = {**glucose(id=key), **changes}
    return {name: value for name, value in found.items() if value is not ...}


def test_a_fault_is_refused_at_its_element_however_it_comes(house: House, doctor: Any) -> None:
    wrong = []
    for name, (changes, expression) in BROKEN.items():
        resource = broken(GLUCOSE, changes)
        new = {key: value for key, value in resource.items() if key != "id"}
        step = {"op": "replace", "path": "", "value": resource}
        inside = expression.replace("Observation", "Bundle.entry[1].resource", 1)
        ways = {
            "create": ("POST", f"{BASE}/Observation", new, SENT, expression),
            "update": ("PUT", f"{BASE}/Observation/{GLUCOSE}", resource, SENT, expression),
            "a new one by update": (
                "PUT", f"{BASE}/Observation/new", {**resource, "id": "new"}, SENT, expression
            ),
            "transaction": ("POST", f"{BASE}/", bundle("transaction", post(glucose()), post(new)), SENT, inside),
            "a transaction's update": (
                "POST", f"{BASE}/", bundle("transaction", post(glucose()), put(resource)), SENT, inside
            ),
            "patch": ("PATCH", f"{BASE}/Observation/{GLUCOSE}", [step], PATCH, expression),
            "$validate": ("POST", f"{BASE}/Observation/$validate", resource, SENT, expression),
        }  # fmt: skip
        with nothing_is_stored(house):
            for way, (method, path, body, headers, expected) in ways.items():
                answer = doctor.call(method, path, content=json.dumps(body), headers=headers)
                found = answer.json()["issue"][0].get("expression")
                status = 200 if way == "$validate" else 422
                if (answer.status_code, found) != (status, [expected]):
                    wrong.append((name, way, answer.status_code, found, expected))
    assert not wrong
