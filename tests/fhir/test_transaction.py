"""Transactions do all or nothing; the entries of a batch stand alone."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ledger.scope import tenant_scope
from portal.records.verifying import verify_records
from tests.api.house import ANA, BEN, GLUCOSE, WEIGHT, House, observation, patient
from tests.fhir.test_read import last_access, outcome
from tests.fhir.writing import bundle, glucose, nothing_is_stored, opt_out, post, put, urn

BASE = "/fhir/st-mary"
VISIT = {
    "resourceType": "Encounter",
    "status": "finished",
    "class": {"code": "AMB"},
    "subject": {"reference": f"Patient/{ANA}"},
}
SENT = {"Content-Type": "application/fhir+json"}


@pytest.fixture
def doctor(house: House) -> Any:
    opt_out(house)
    return house.own_doctor


def send(caller: Any, content: Any, **headers: str) -> Any:
    return caller.post(f"{BASE}/", json=content, headers={**SENT, **headers})


def test_all_is_stored_and_references_lead_to_it(house: House, doctor: Any) -> None:
    person, ward, visit = urn(), urn(), urn()
    encounter = {**VISIT, "subject": {"reference": person}, "serviceProvider": {"reference": ward}}
    answer = send(
        doctor,
        bundle(
            "transaction",
            post(glucose(subject={"reference": person}, encounter={"reference": visit})),
            post(encounter, visit),
            post(patient("noor", "999-33-3333"), person),
            post({"resourceType": "Organization", "name": "Ward 3"}, ward),
            put(glucose(id=GLUCOSE, status="amended"), ifMatch='W/"1"'),
            {"request": {"method": "DELETE", "url": f"Observation/{WEIGHT}"}},
        ),
    )
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["type"] == "transaction-response"
    assert [one["response"]["status"] for one in found["entry"]] == ["201", "201", "201", "201", "200", "204"]
    lab, stored_visit, noor, stored_ward, _, _ = [one.get("resource") for one in found["entry"]]
    assert lab["subject"] == stored_visit["subject"] == {"reference": f"Patient/{noor['id']}"}
    assert lab["encounter"] == {"reference": f"Encounter/{stored_visit['id']}"}
    assert stored_visit["serviceProvider"] == {"reference": f"Organization/{stored_ward['id']}"}
    assert doctor.get(f"{BASE}/Observation/{lab['id']}").json() == lab
    assert house.ana.get(f"{BASE}/Observation/{WEIGHT}").status_code == 410
    with tenant_scope(house.tenants["st-mary"]):
        assert not list(verify_records(house.tenants["st-mary"]))


def test_minimal_is_only_what_became_of_it(doctor: Any) -> None:
    answer = send(doctor, bundle("transaction", post(glucose())), Prefer="return=minimal")
    (entry,) = answer.json()["entry"]
    assert "resource" not in entry
    assert entry["response"]["location"].startswith("http://")


def test_what_exists_already_is_referred_to(house: House, doctor: Any) -> None:
    person = urn()
    condition = f"identifier=http://hl7.org/fhir/sid/us-ssn|{'999-11-1111'}"
    answer = send(
        doctor,
        bundle(
            "transaction",
            post(patient("x", "999-11-1111"), person, ifNoneExist=condition),
            post(glucose(subject={"reference": person})),
        ),
    )
    first, second = answer.json()["entry"]
    assert first["response"]["status"] == "200"
    assert second["resource"]["subject"] == {"reference": f"Patient/{ANA}"}
    again = send(
        doctor, bundle("transaction", post(glucose(performer=[{"reference": "Practitioner?identifier=a|b"}])))
    )
    assert outcome(again) == (422, "processing", "reference-unresolved")


# What HAPI's BundleBuilder writes: the id as the resource has it, which was read first, or was never sent.
HANDLES: dict[str, tuple[str, list[str]]] = {
    "relative": ("Encounter/7", ["Encounter/7"]),
    "relative of a version": ("Encounter/7/_history/2", ["Encounter/7/_history/2", "Encounter/7"]),
    "elsewhere": ("http://a.example/fhir/Encounter/7", ["http://a.example/fhir/Encounter/7", "Encounter/7"]),
    "a version elsewhere": (
        "http://a.example/fhir/Encounter/7/_history/2",
        ["http://a.example/fhir/Encounter/7/_history/2", "http://a.example/fhir/Encounter/7", "Encounter/7"],
    ),
    "a version here": (
        "HERE/Encounter/7/_history/2",
        [
            "HERE/Encounter/7/_history/2",
            "HERE/Encounter/7",
            "Encounter/7/_history/2",
        ],
    ),
    "a name": ("urn:uuid:visit-1", ["urn:uuid:visit-1"]),
    "an OID": ("urn:oid:1.2.3", ["urn:oid:1.2.3"]),
}


@pytest.mark.parametrize(("full_url", "names"), HANDLES.values(), ids=HANDLES.keys())
def test_a_full_url_is_a_handle_of_the_bundle(
    house: House, doctor: Any, full_url: str, names: list[str]
) -> None:
    here = str(house.http.base_url.join(BASE))
    full_url, *names = [name.replace("HERE", here) for name in (full_url, *names)]
    labs = [post(glucose(encounter={"reference": name})) for name in names]
    made = send(doctor, bundle("transaction", *labs, post({**VISIT, "id": "7"}, full_url)))
    assert made.status_code == 200, made.text
    *stored, visit = [one["resource"] for one in made.json()["entry"]]
    assert visit["id"] != "7"
    assert [lab["encounter"] for lab in stored] == [{"reference": f"Encounter/{visit['id']}"}] * len(names)


@pytest.mark.parametrize(
    "full_url",
    [
        f"Observation/{GLUCOSE}",
        f"Observation/{GLUCOSE}/_history/1",
        f"http://a.example/fhir/Observation/{GLUCOSE}/_history/1",
        "urn:uuid:glucose",
    ],
)
@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_what_was_read_is_changed_under_the_address_that_it_was_read_at(
    doctor: Any, kind: str, full_url: str
) -> None:
    change = {**put(glucose(id=GLUCOSE, status="amended"), ifMatch='W/"1"'), "fullUrl": full_url}
    part = post(glucose(hasMember=[{"reference": full_url}]))
    done = send(doctor, bundle(kind, change, *([part] if kind == "transaction" else [])))
    assert done.json()["entry"][0]["response"]["status"] == "200", done.text
    assert doctor.get(f"{BASE}/Observation/{GLUCOSE}").json()["status"] == "amended"
    if kind == "transaction":
        assert done.json()["entry"][1]["resource"]["hasMember"] == [{"reference": f"Observation/{GLUCOSE}"}]


def test_a_patch_has_the_full_url_of_what_it_changes(doctor: Any) -> None:
    change = [{"op": "replace", "path": "/status", "value": "amended"}]
    carried = {
        "resourceType": "Binary",
        "contentType": "application/json-patch+json",
        "data": base64.b64encode(json.dumps(change).encode()).decode(),
    }
    place = f"Observation/{GLUCOSE}"
    patch = {"fullUrl": place, "resource": carried, "request": {"method": "PATCH", "url": place}}
    done = send(doctor, bundle("transaction", patch))
    assert done.status_code == 200, done.text
    assert done.json()["entry"][0]["resource"]["status"] == "amended"


def test_what_exists_already_is_referred_to_by_every_handle(doctor: Any) -> None:
    person = post({**patient("x", "999-11-1111")}, "http://a.example/Patient/x/_history/3",
                  ifNoneExist="identifier=http://hl7.org/fhir/sid/us-ssn|999-11-1111")  # fmt: skip
    labs = [
        post(glucose(subject={"reference": name})) for name in ("Patient/x", "http://a.example/Patient/x")
    ]
    done = send(doctor, bundle("transaction", person, *labs))
    assert done.status_code == 200, done.text
    for one in done.json()["entry"][1:]:
        assert one["resource"]["subject"] == {"reference": f"Patient/{ANA}"}


GOOD = post(glucose())
DANGLING = post(glucose(encounter={"reference": "urn:uuid:00000000-0000-4000-8000-000000000000"}))
READ = {"request": {"method": "GET", "url": f"Observation/{GLUCOSE}"}}
ONE, TWO = urn(), urn()
FAULTS: dict[str, tuple[list[Any], int, str]] = {
    "a bad resource": ([GOOD, post(glucose(status="done"))], 422, "Bundle.entry[1].resource.status"),
    "a dangling reference": ([GOOD, DANGLING], 422, "Bundle.entry[1].resource.encounter.reference"),
    "an element that no bundle has": ([GOOD, {**post(glucose()), "colour": "red"}], 400, "Bundle.entry[1].colour"),
    "what stands in an answer": ([{**post(glucose()), "response": {"status": "200"}}], 400, "Bundle.entry[0].response"),
    "what stands in a page": ([{**post(glucose()), "search": {"mode": "match"}}], 400, "Bundle.entry[0].search"),
    "a fullUrl that is not whole": ([post(glucose(), "a")], 400, "Bundle.entry[0].fullUrl"),
    "a fullUrl of a version": (
        [post(glucose(), "http://a.example/Observation/a/_history/2")], 400, "Bundle.entry[0].fullUrl"
    ),
    "a handle that the bundle does not have": (
        [post(glucose(encounter={"reference": "urn:uuid:visit-2"}), "urn:uuid:visit-1")],
        422,
        "Bundle.entry[0].resource.encounter.reference",
    ),
    "a relative fullUrl of another id": (
        [{**put(glucose(id="a")), "fullUrl": "Observation/b"}], 400, "Bundle.entry[0].fullUrl"
    ),
    "a fullUrl of another type": (
        [{**put(glucose(id="a")), "fullUrl": "http://a.example/Condition/a"}], 400, "Bundle.entry[0].fullUrl"
    ),
    "a fullUrl of a version of another": (
        [{**put(glucose(id="a")), "fullUrl": "http://a.example/Observation/b/_history/2"}],
        400,
        "Bundle.entry[0].fullUrl",
    ),
    "a fullUrl of another than a patch is for": (
        [{**put(glucose(id=GLUCOSE), method="PATCH"), "fullUrl": "Observation/b"}], 400, "Bundle.entry[0].fullUrl"
    ),
    "a new record's fullUrl of another id": (
        [post(glucose(id="a"), "Observation/b/_history/1")], 400, "Bundle.entry[0].fullUrl"
    ),
    "a fullUrl of another id": (
        [{**put(glucose(id="a")), "fullUrl": "http://a.example/Observation/b"}], 400, "Bundle.entry[0].fullUrl"
    ),
    "an unknown patient": (
        [GOOD, post(glucose(subject={"reference": "Patient/none"}))],
        422,
        "Bundle.entry[1].resource.subject",
    ),
    "no patient": (
        [post({"resourceType": "Observation", "status": "final", "code": {"text": "a"}})],
        422,
        "Bundle.entry[0].resource.subject",
    ),
    "another version": (
        [GOOD, put(glucose(id=GLUCOSE), ifMatch='W/"7"')],
        412,
        "Bundle.entry[1].resource",
    ),
    "a bad version": ([put(glucose(id=GLUCOSE), ifMatch=7)], 400, "Bundle.entry[0].request.ifMatch"),
    "another id": (
        [put(glucose(id="a"), url="Observation/b")],
        400,
        "Bundle.entry[0].resource.id",
    ),
    "another type": ([post(glucose(), url="Condition")], 400, "Bundle.entry[0].resource"),
    "a type that is not kept": ([post({"resourceType": "Basic"})], 400, "Bundle.entry[0].request.url"),
    "no request": ([{"resource": glucose()}], 400, "Bundle.entry[0].request"),
    "no entry": (["x"], 400, "Bundle.entry[0]"),
    "no address": ([post(glucose(), url="/../x")], 400, "Bundle.entry[0].request.url"),
    "a method that is not served": ([post(glucose(), method="BREW")], 400, "Bundle.entry[0].request.method"),
    "a patch without a record": ([post(glucose(), method="PATCH")], 400, "Bundle.entry[0].request.url"),
    "a patch that is none": ([put(glucose(id=GLUCOSE), method="PATCH")], 400, "Bundle.entry[0].resource.resourceType"),
    "a missing record": (
        [GOOD, post(glucose(encounter={"reference": "Encounter/none"}))],
        422,
        "Bundle.entry[1].resource.encounter.reference",
    ),
    "a search that none can be": ([put(glucose(id="a"), url="Observation?=")], 400, "Bundle.entry[0].request.url"),
    "a read": ([READ], 400, "Bundle.entry[0].request.method"),
    "a record that is not there": (
        [GOOD, {"request": {"method": "DELETE", "url": "Observation/none"}}],
        404,
        "",
    ),
    "the same record twice": ([put(glucose(id=GLUCOSE)), put(glucose(id=GLUCOSE))], 400, "Bundle.entry[1]"),
    "the same fullUrl twice": ([post(glucose(), ONE), post(glucose(), ONE)], 400, "Bundle.entry[1].fullUrl"),
    "a circle": (
        [
            post(glucose(hasMember=[{"reference": TWO}]), ONE),
            post(glucose(hasMember=[{"reference": ONE}]), TWO),
        ],
        422,
        "Bundle.entry[0].resource.hasMember",
    ),
    "a record that leads to itself": (
        [put(glucose(id=GLUCOSE, hasMember=[{"reference": f"Observation/{GLUCOSE}"}]))],
        422,
        "Bundle.entry[0].resource.hasMember",
    ),
    "the id of another patient's record": (
        [GOOD, put(glucose(id=f"ben-{GLUCOSE}"))],
        409,
        "Bundle.entry[1].resource",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("entries", "status", "expression"), FAULTS.values(), ids=FAULTS.keys())
def test_one_fault_and_nothing_of_it_is_stored(
    house: House, doctor: Any, entries: list[Any], status: int, expression: str
) -> None:
    with nothing_is_stored(house):
        answer = send(doctor, bundle("transaction", *entries))
    assert outcome(answer)[0] == status, answer.text
    assert answer.json()["issue"][0].get("expression", [""]) == [expression]


def test_one_denial_and_nothing_of_it_is_stored_and_the_patient_is_told(house: House, doctor: Any) -> None:
    sensitive = {
        "resourceType": "Condition",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "86406008"}]},
        "subject": {"reference": f"Patient/{ANA}"},
    }
    with nothing_is_stored(house):
        answer = send(doctor, bundle("transaction", post(glucose()), post(sensitive)))
    assert outcome(answer) == (403, "forbidden", "access-denied")
    assert last_access(house.ana)["entry"] == answer.headers["Ledger-Entry"]
    # nor is a patient registered by what is denied otherwise
    person = urn()
    with nothing_is_stored(house):
        both = bundle(
            "transaction",
            post(patient("noor", "999-33-3333"), person),
            post({**sensitive, "subject": {"reference": person}}),
            post(sensitive),
        )
        assert outcome(send(doctor, both))[0] == 403


AROUND: dict[str, tuple[dict[str, Any], str]] = {
    "an element that no bundle has": ({"colour": "red"}, "Bundle.colour"),
    "a total": ({"total": 1}, "Bundle.total"),
    "no list": ({"entry": post(glucose())}, "Bundle.entry"),
    "an empty list": ({"entry": []}, "Bundle.entry"),
    "a time that is none": ({"timestamp": "yesterday"}, "Bundle.timestamp"),
}


@pytest.mark.parametrize("kind", ["transaction", "batch"])
@pytest.mark.parametrize(("changes", "expression"), AROUND.values(), ids=AROUND.keys())
def test_a_fault_around_the_entries_refuses_them_all(
    house: House, doctor: Any, kind: str, changes: dict[str, Any], expression: str
) -> None:
    with nothing_is_stored(house):
        answer = send(doctor, {**bundle(kind, post(glucose())), **changes})
    assert outcome(answer)[0] == 400, answer.text
    assert answer.json()["issue"][0]["expression"] == [expression]


@pytest.mark.parametrize("content", [{"resourceType": "Bundle", "type": "collection"}, glucose(), {}, []])
def test_what_is_no_transaction_is_refused(house: House, doctor: Any, content: Any) -> None:
    with nothing_is_stored(house):
        assert send(doctor, content).status_code == 400


def test_of_two_transactions_in_conflict_one_wins_whole(house: House, doctor: Any) -> None:
    def attempt(number: int) -> int:
        own = glucose(note=[{"text": f"attempt {number}"}])
        change = glucose(id=GLUCOSE, valueQuantity={"value": number})
        also = observation(f"ben-{GLUCOSE}", BEN, "laboratory", "2345-7", str(number))
        entries = [put(change, ifMatch='W/"1"'), put(also, ifMatch='W/"1"'), post(own)]
        return int(
            send(doctor, bundle("transaction", *(entries if number % 2 else entries[::-1]))).status_code
        )

    attempts = list(range(1, 7))
    with ThreadPoolExecutor(len(attempts)) as pool:
        answers = dict(zip(attempts, pool.map(attempt, attempts), strict=True))
    (winner,) = [number for number, status in answers.items() if status == 200]
    assert set(answers.values()) == {200, 412}
    for key, patient_id in ((GLUCOSE, ANA), (f"ben-{GLUCOSE}", BEN)):
        caller = house.ana if patient_id == ANA else house.ben
        assert caller.get(f"{BASE}/Observation/{key}").json()["valueQuantity"]["value"] == winner
    found = house.ana.get(f"{BASE}/Observation?patient={ANA}&code=2345-7").json()["entry"]
    assert [one["resource"]["note"][0]["text"] for one in found if "note" in one["resource"]] == [
        f"attempt {winner}"
    ]


def test_the_entries_of_a_batch_stand_alone(house: House, doctor: Any) -> None:
    content = bundle(
        "batch",
        post(glucose()),
        post(glucose(status="done")),
        {"request": {"method": "GET", "url": f"Observation/{GLUCOSE}"}},
        {"request": {"method": "GET", "url": f"Observation?patient={ANA}&_count=1"}},
        {"request": {"method": "GET", "url": "Condition/hiv-1"}},
        put(glucose(id=GLUCOSE), ifMatch='W/"7"'),
        {"request": {"method": "DELETE", "url": f"Observation/{WEIGHT}"}},
        {"request": {"method": "GET", "url": "../riverside/Observation/river-glucose-1"}},
        {"request": {"method": "GET", "url": "http://elsewhere.example/Observation/1"}},
        {"request": {"method": "GET", "url": "metadata"}},
        {"request": {"method": "BREW", "url": "Observation"}},
        {},
    )
    answer = send(doctor, content)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["type"] == "batch-response"
    statuses = [one["response"]["status"] for one in found["entry"]]
    assert statuses == ["201", "422", "200", "200", "403", "412", "204", "404", "400", "200", "400", "400"]
    made = found["entry"][0]["resource"]["id"]
    assert house.ana.get(f"{BASE}/Observation/{made}").status_code == 200
    assert found["entry"][1]["response"]["outcome"]["issue"][0]["expression"] == ["Observation.status"]
    assert found["entry"][2]["resource"]["id"] == GLUCOSE
    assert found["entry"][3]["resource"]["type"] == "searchset"


def test_a_document_in_a_batch_is_that_entrys_error_and_the_others_are_answered(
    house: House, doctor: Any
) -> None:
    body = {
        "resourceType": "Binary",
        "contentType": "text/plain",
        "securityContext": {"reference": f"Patient/{ANA}"},
        "data": "QSBsZXR0ZXIu",
    }
    key = doctor.post(f"{BASE}/Binary", json=body, headers=SENT).json()["id"]
    read = {"request": {"method": "GET", "url": f"Binary/{key}"}}
    answer = send(doctor, bundle("batch", post(glucose()), read, post(glucose())))
    assert answer.status_code == 200, answer.text
    entries = answer.json()["entry"]
    assert [one["response"]["status"] for one in entries] == ["201", "422", "201"]
    (issue,) = entries[1]["response"]["outcome"]["issue"]
    assert issue["details"]["coding"][0]["code"] == "batch-entry-streamed"


def test_a_batch_needs_its_token(house: House) -> None:
    content = bundle("batch", {"request": {"method": "GET", "url": f"Observation/{GLUCOSE}"}})
    assert house.http.post(f"{BASE}/", json=content, headers=SENT).status_code == 401
    (entry,) = send(house.doctor, content).json()["entry"]
    assert entry["response"]["status"] == "403"
