"""Create, update, delete and history over HTTP: statuses and headers as FHIR R4 (3.1.0) has them."""

import json
from typing import Any

import pytest

from tests.api.house import ANA, GLUCOSE, HIV, House, contract_body, patient
from tests.fhir.test_read import FHIR, last_access, outcome
from tests.fhir.writing import glucose, nothing_is_stored, opt_out

BASE = "/fhir/st-mary"
SENT = {"Content-Type": "application/fhir+json"}


@pytest.fixture
def doctor(house: House) -> Any:
    opt_out(house)
    return house.own_doctor


def test_a_record_is_created_under_an_id_of_the_servers(house: House, doctor: Any) -> None:
    answer = doctor.post(f"{BASE}/Observation", json=glucose(id="mine"), headers=SENT)
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, FHIR)
    made = answer.json()
    assert made["id"] != "mine"
    assert made["meta"]["versionId"] == "1"
    assert made["meta"]["lastUpdated"].endswith("+00:00")
    place = f"{BASE}/Observation/{made['id']}"
    assert answer.headers["Location"] == f"{str(house.http.base_url).rstrip('/')}{place}/_history/1"
    assert answer.headers["ETag"] == 'W/"1"'
    assert answer.headers["Last-Modified"]
    assert answer.headers["Ledger-Entry"]
    read = house.ana.get(place)
    assert (read.json(), read.headers["ETag"]) == (made, 'W/"1"')
    found = house.ana.get(f"{BASE}/Observation?_id={made['id']}&patient={ANA}").json()
    assert [entry["resource"]["id"] for entry in found["entry"]] == [made["id"]]


@pytest.mark.parametrize(
    ("preferred", "expected"),
    [("minimal", ""), ("representation", "Observation"), ("OperationOutcome", "OperationOutcome")],
)
def test_the_client_says_how_much_it_wants_to_be_told(doctor: Any, preferred: str, expected: str) -> None:
    headers = {**SENT, "Prefer": f"return={preferred}"}
    answer = doctor.post(f"{BASE}/Observation", json=glucose(), headers=headers)
    assert answer.status_code == 201
    assert answer.headers["Location"]
    assert (answer.json()["resourceType"] if answer.content else "") == expected


def test_an_update_needs_the_version_that_it_names(house: House, doctor: Any) -> None:
    path, changed = f"{BASE}/Observation/{GLUCOSE}", glucose(id=GLUCOSE, status="amended")
    with nothing_is_stored(house):
        late = doctor.call("PUT", path, json=changed, headers={**SENT, "If-Match": 'W/"7"'})
        assert outcome(late) == (412, "conflict", "version-mismatch")
        wrong = doctor.call("PUT", path, json=changed, headers={**SENT, "If-Match": "three"})
        assert outcome(wrong) == (400, "invalid", "header-invalid")
    answer = doctor.call("PUT", path, json=changed, headers={**SENT, "If-Match": 'W/"1"'})
    assert (answer.status_code, answer.headers["ETag"], answer.json()["meta"]["versionId"]) == (
        200,
        'W/"2"',
        "2",
    )
    assert house.ana.get(path).json()["status"] == "amended"
    assert house.ana.get(f"{path}/_history/1").json()["status"] == "final"


def test_an_update_under_a_free_id_creates(doctor: Any) -> None:
    answer = doctor.call("PUT", f"{BASE}/Observation/chosen", json=glucose(id="chosen"), headers=SENT)
    assert (answer.status_code, answer.json()["id"]) == (201, "chosen")
    assert answer.headers["Location"].endswith("/Observation/chosen/_history/1")


def test_a_deleted_record_is_gone_and_comes_back_by_an_update(house: House, doctor: Any) -> None:
    path = f"{BASE}/Observation/{GLUCOSE}"
    assert doctor.call("DELETE", path, headers={"If-Match": 'W/"7"'}).status_code == 412
    answer = doctor.call("DELETE", path)
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (204, b"", 'W/"2"')
    assert outcome(house.ana.get(path)) == (410, "deleted", "record-deleted")
    assert house.ana.get(f"{path}/_history/1").status_code == 200
    assert outcome(house.ana.get(f"{path}/_history/2")) == (410, "deleted", "record-deleted")
    assert doctor.call("DELETE", path).status_code == 204
    assert outcome(doctor.call("DELETE", f"{BASE}/Observation/none")) == (404, "not-found", "unknown-record")
    assert doctor.call("PUT", path, json=glucose(id=GLUCOSE), headers=SENT).status_code == 201
    assert house.ana.get(path).headers["ETag"] == 'W/"3"'


def test_a_conditional_create_does_nothing_where_one_fits(house: House, doctor: Any) -> None:
    body = glucose(identifier=[{"system": "urn:lab", "value": "a&b"}])
    headers = {**SENT, "If-None-Exist": "identifier=urn:lab%7Ca%26b"}
    first = doctor.post(f"{BASE}/Observation", json=body, headers=headers)
    with nothing_is_stored(house):
        again = doctor.post(f"{BASE}/Observation", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.json() == first.json()
    doctor.post(f"{BASE}/Observation", json=body, headers=SENT)
    with nothing_is_stored(house):
        many = doctor.post(f"{BASE}/Observation", json=body, headers=headers)
        assert outcome(many) == (412, "conflict", "condition-not-selective")
        for bad in ("", "?", "nonsense", "colour=red"):
            answer = doctor.post(
                f"{BASE}/Observation", json=body, headers={**SENT, "If-None-Exist": bad or "="}
            )
            assert answer.status_code == 400


def test_the_history_of_a_record_tells_each_version(house: House, doctor: Any) -> None:
    path = f"{BASE}/Observation/{GLUCOSE}"
    doctor.call("PUT", path, json=glucose(id=GLUCOSE, status="amended"), headers=SENT)
    doctor.call("DELETE", path)
    answer = house.ana.get(f"{path}/_history")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, FHIR)
    found = answer.json()
    assert found["type"] == "history"
    told = [
        (one["request"]["method"], one["response"]["status"], one["response"]["etag"])
        for one in found["entry"]
    ]
    assert told == [("DELETE", "204", 'W/"3"'), ("PUT", "200", 'W/"2"'), ("POST", "201", 'W/"1"')]
    assert [one.get("resource", {}).get("status") for one in found["entry"]] == [None, "amended", "final"]
    first = house.ana.get(f"{path}/_history?_count=2").json()
    assert len(first["entry"]) == 2
    more = next(link["url"] for link in first["link"] if link["relation"] == "next")
    rest = house.ana.get(more).json()
    assert [one["response"]["etag"] for one in rest["entry"]] == ['W/"1"']
    assert [link["relation"] for link in rest["link"]] == ["self"]
    assert last_access(house.ana)["interaction"] == "history"


def test_the_history_of_a_type_is_about_one_patient_and_leaves_out_what_is_withheld(house: House) -> None:
    house.ana.post("/api/v1/contracts/", json=contract_body(categories=["conditions"]))
    answer = house.doctor.get(f"{BASE}/Condition/_history?patient={ANA}")
    assert [one["resource"]["id"] for one in answer.json()["entry"]] == ["asthma-1"]
    own = house.ana.get(f"{BASE}/Condition/_history?patient={ANA}").json()["entry"]
    assert {one["resource"]["id"] for one in own} == {"asthma-1", HIV}
    assert outcome(house.doctor.get(f"{BASE}/Condition/{HIV}/_history")) == (
        403,
        "forbidden",
        "access-denied",
    )
    assert outcome(house.doctor.get(f"{BASE}/Observation/_history?patient={ANA}"))[0] == 403
    assert outcome(house.ana.get(f"{BASE}/Condition/_history"))[0] == 400
    assert outcome(house.ana.get(f"{BASE}/Observation/none/_history"))[0] == 404
    for bad in ("_since=yesterday", "_count=0", "_cursor=x", "colour=red"):
        assert outcome(house.ana.get(f"{BASE}/Observation/{GLUCOSE}/_history?{bad}"))[0] == 400
    later = house.ana.get(f"{BASE}/Observation/{GLUCOSE}/_history?_since=2100-01-01T00:00:00Z").json()
    assert "entry" not in later


def test_writing_is_refused_as_reading_is(house: House) -> None:
    house.ana.post("/api/v1/contracts/", json=contract_body())
    with nothing_is_stored(house):
        answer = house.doctor.post(f"{BASE}/Observation", json=glucose(), headers=SENT)
        assert outcome(answer) == (403, "forbidden", "access-denied")
        line = last_access(house.ana)
        assert (line["entry"], line["decision"]) == (answer.headers["Ledger-Entry"], "denied")
        for method in ("PUT", "DELETE"):
            body = {"json": glucose(id=GLUCOSE), "headers": SENT} if method == "PUT" else {}
            answer = house.doctor.call(method, f"{BASE}/Observation/{GLUCOSE}", **body)
            assert outcome(answer) == (403, "forbidden", "access-denied")
        reader = house.caller("doctor@riverside.example", "records.read")
        answer = reader.post(f"{BASE}/Observation", json=glucose(), headers=SENT)
        assert outcome(answer) == (403, "forbidden", "insufficient-scope")
        assert last_access(house.ana)["entry"] == answer.headers["Ledger-Entry"]
        elsewhere = house.doctor.post(
            f"{BASE}/Observation", json=glucose(), headers={**SENT, "X-Tenant": "st-mary"}
        )
        assert outcome(elsewhere) == (403, "forbidden", "not-a-member")
        assert last_access(house.ana)["entry"] == elsewhere.headers["Ledger-Entry"]
    house.ana.post("/api/v1/contracts/", json=contract_body(actions=["read", "write"]))
    assert house.doctor.post(f"{BASE}/Observation", json=glucose(), headers=SENT).status_code == 201


def test_a_new_patient_is_registered_and_a_registered_one_is_not_deleted(house: House, doctor: Any) -> None:
    answer = doctor.post(f"{BASE}/Patient", json=patient("noor", "999-33-3333"), headers=SENT)
    assert answer.status_code == 201
    key = answer.json()["id"]
    assert doctor.get(f"{BASE}/Patient/{key}").status_code == 200
    with nothing_is_stored(house):
        assert outcome(doctor.call("DELETE", f"{BASE}/Patient/{key}")) == (409, "conflict", "write-conflict")
        again = doctor.post(f"{BASE}/Patient", json=patient("noor", "999-33-3333"), headers=SENT)
        assert outcome(again) == (409, "conflict", "already-registered")
        theirs = house.doctor.post(f"{BASE}/Patient", json=patient("x", "999-44-4444"), headers=SENT)
        assert outcome(theirs) == (403, "forbidden", "role-needed")


def test_what_does_not_fit_its_address_is_refused(house: House, doctor: Any) -> None:
    with nothing_is_stored(house):
        for method, path, body, expected in (
            (
                "POST",
                "Observation",
                {**glucose(), "resourceType": "Condition"},
                (400, "invalid", "id-mismatch"),
            ),
            ("PUT", "Observation/a", glucose(id="b"), (400, "invalid", "id-mismatch")),
            ("PUT", "Observation/a", glucose(), (400, "invalid", "id-mismatch")),
            ("POST", "Horoscope", {"resourceType": "Horoscope"}, (404, "not-supported", "type-unsupported")),
            ("POST", "Observation/a", glucose(), (405, "not-supported", "method-not-allowed")),
            ("PATCH", "Observation/a", glucose(), (415, "not-supported", "unsupported-media-type")),
            ("PATCH", "Observation", glucose(), (405, "not-supported", "method-not-allowed")),
            ("PUT", "Observation", glucose(id="a"), (400, "invalid", "search-invalid")),
            ("DELETE", "Observation", None, (400, "invalid", "search-invalid")),
            (
                "PUT",
                "Observation/a/_history/1",
                glucose(id="a"),
                (405, "not-supported", "method-not-allowed"),
            ),
        ):
            answer = doctor.call(method, f"{BASE}/{path}", json=body, headers=SENT)
            assert outcome(answer) == expected, (method, path)


def test_the_number_that_was_sent_is_the_number_that_is_read(house: House, doctor: Any) -> None:
    text = json.dumps(glucose()).replace("5.1", "5.10")
    made = doctor.call("POST", f"{BASE}/Observation", content=text, headers=SENT)
    assert '"value": 5.10' in made.text
    assert '"value": 5.10' in house.ana.get(f"{BASE}/Observation/{made.json()['id']}").text
