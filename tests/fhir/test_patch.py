"""JSON Patch over HTTP: a read and an update, each decided and entered; alone, in a batch and in a transaction."""

import base64
import json
from typing import Any

import pytest

from tests.api.house import ANA, GLUCOSE, WEIGHT, House, contract_body
from tests.fhir.test_read import outcome
from tests.fhir.writing import bundle, glucose, nothing_is_stored, opt_out, post

BASE = "/fhir/st-mary"
PATH = f"{BASE}/Observation/{GLUCOSE}"
TYPE = "application/json-patch+json"
AMEND = {"op": "replace", "path": "/status", "value": "amended"}


@pytest.fixture
def doctor(house: House) -> Any:
    opt_out(house)
    return house.own_doctor


def send(caller: Any, *steps: Any, path: str = PATH, **headers: str) -> Any:
    return caller.call("PATCH", path, content=json.dumps(steps), headers={"Content-Type": TYPE, **headers})


def test_what_the_patch_names_is_changed_and_the_rest_stays_as_it_was_written(
    house: House, doctor: Any
) -> None:
    before = house.ana.get(PATH)
    answer = send(doctor, {"op": "test", "path": "/status", "value": "final"}, AMEND, **{"If-Match": 'W/"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, 'W/"2"'), answer.text
    after = house.ana.get(PATH)
    assert {**after.json(), "meta": 0} == {**before.json(), "meta": 0, "status": "amended"}
    assert b'"value":1.5' in before.content.replace(b" ", b"")
    assert b'"value":1.5' in after.content.replace(b" ", b"")


def test_a_patch_is_two_entries_a_read_and_an_update(house: House, doctor: Any) -> None:
    answer = send(doctor, AMEND)
    lines = house.ana.get("/api/v1/accesses/?limit=2").json()["results"]
    assert lines[0]["entry"] == answer.headers["Ledger-Entry"]
    assert [line["interaction"] for line in lines] == ["update", "read"]


FAULTS: dict[str, tuple[list[Any], tuple[int, str, str]]] = {
    "a test that fails": ([{"op": "test", "path": "/status", "value": "x"}], (422, "processing", "patch-failed")),
    "a path to nothing": ([{"op": "remove", "path": "/note/0"}], (422, "processing", "patch-failed")),
    "no operation": ([{"op": "smash", "path": "/status"}], (400, "invalid", "patch-invalid")),
    "no pointer": ([{"op": "remove", "path": "status"}], (400, "invalid", "patch-invalid")),
    "a value that FHIR does not have": (
        [{"op": "replace", "path": "/status", "value": "done"}],
        (422, "processing", "resource-invalid"),
    ),
    "another id": ([{"op": "replace", "path": "/id", "value": "b"}], (400, "invalid", "id-mismatch")),
    "another type": (
        [{"op": "replace", "path": "/resourceType", "value": "Condition"}],
        (400, "invalid", "id-mismatch"),
    ),
    "another patient": (
        [{"op": "replace", "path": "/subject/reference", "value": "Patient/ben"}],
        (409, "conflict", "write-conflict"),
    ),
    "nothing left": ([{"op": "remove", "path": ""}], (422, "processing", "resource-invalid")),
    "half a character": ([{"op": "add", "path": "/note", "value": [{"text": "\ud800"}]}], (400, "invalid", "x")),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_a_patch_that_cannot_be_leaves_all_as_it_was(
    house: House, doctor: Any, steps: list[Any], expected: tuple[int, str, str]
) -> None:
    with nothing_is_stored(house):
        answer = send(doctor, *steps)
    assert outcome(answer)[:2] == expected[:2], answer.text
    assert expected[2] in ("x", outcome(answer)[2])


def test_it_needs_the_version_that_it_names_and_a_record_that_is_there(house: House, doctor: Any) -> None:
    with nothing_is_stored(house):
        assert outcome(send(doctor, AMEND, **{"If-Match": 'W/"7"'})) == (412, "conflict", "version-mismatch")
        assert outcome(send(doctor, AMEND, path=f"{BASE}/Observation/none"))[0] == 404
        answer = doctor.call(
            "PATCH", PATH, content="{}", headers={"Content-Type": "application/merge-patch+json"}
        )
        assert (outcome(answer)[0], answer.headers["Accept-Patch"]) == (415, TYPE)


def test_who_may_write_and_not_read_does_not_learn_by_patching(house: House) -> None:
    terms = {"categories": ["lab-results"], "actions": ["write"]}
    house.ana.post("/api/v1/contracts/", json=contract_body(**terms))
    before = send(house.doctor, {"op": "test", "path": "/status", "value": "final"})
    assert outcome(before)[0] == 403


def binary(*steps: Any) -> dict[str, Any]:
    data = base64.b64encode(json.dumps(steps).encode()).decode()
    return {"resourceType": "Binary", "contentType": TYPE, "data": data}


def patch(key: str, *steps: Any, **request: Any) -> dict[str, Any]:
    asked = {"method": "PATCH", "url": f"Observation/{key}", **request}
    return {"resource": binary(*steps), "request": asked}


def test_a_transaction_patches_all_or_nothing(house: House, doctor: Any) -> None:
    sent = {"Content-Type": "application/fhir+json"}
    good = [patch(GLUCOSE, AMEND, ifMatch='W/"1"'), patch(WEIGHT, AMEND), post(glucose())]
    with nothing_is_stored(house):
        bad = [*good, post(glucose(status="done"))]
        answer = doctor.post(f"{BASE}/", json=bundle("transaction", *bad), headers=sent)
        assert outcome(answer)[0] == 422
        failing = [patch(GLUCOSE, AMEND), patch(WEIGHT, {"op": "remove", "path": "/nothing"})]
        answer = doctor.post(f"{BASE}/", json=bundle("transaction", *failing), headers=sent)
        assert outcome(answer) == (422, "processing", "patch-failed")
        assert answer.json()["issue"][0]["expression"][0].startswith("Bundle.entry[1]")
    answer = doctor.post(f"{BASE}/", json=bundle("transaction", *good), headers=sent)
    assert [one["response"]["status"] for one in answer.json()["entry"]] == ["200", "200", "201"], answer.text
    assert house.ana.get(PATH).json()["status"] == "amended"


def test_a_batch_patches_each_by_itself(house: House, doctor: Any) -> None:
    content = bundle("batch", patch(GLUCOSE, AMEND), patch(WEIGHT, {"op": "remove", "path": "/nothing"}))
    answer = doctor.post(f"{BASE}/", json=content, headers={"Content-Type": "application/fhir+json"})
    assert [one["response"]["status"] for one in answer.json()["entry"]] == ["200", "422"]
    assert house.ana.get(f"{BASE}/Observation?patient={ANA}&status=amended").json()["entry"]
