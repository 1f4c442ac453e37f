"""Searching: within one patient, by what is served, and nothing that is withheld is told."""

from typing import Any

import pytest

from tests.api.house import ANA, ASTHMA, GLUCOSE, HIV, WEIGHT, Caller, House, contract_body
from tests.fhir.test_read import FHIR, last_access, outcome


def found(caller: Caller, path: str) -> list[str]:
    answer = caller.get(f"/fhir/st-mary/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == FHIR
    assert answer.headers["Ledger-Entry"]
    bundle = answer.json()
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "searchset")
    assert "total" not in bundle
    assert bundle.get("entry") != []
    return [entry["resource"]["id"] for entry in bundle.get("entry", [])]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Observation?patient=ana", {GLUCOSE, WEIGHT}),
        ("Observation?patient=Patient/ana", {GLUCOSE, WEIGHT}),
        ("Observation?subject=Patient/ana", {GLUCOSE, WEIGHT}),
        ("Observation", {GLUCOSE, WEIGHT}),
        ("Observation?category=laboratory", {GLUCOSE}),
        ("Observation?category=lab-results", {GLUCOSE}),
        ("Observation?category=lab%20results,vital-signs", {GLUCOSE, WEIGHT}),
        ("Observation?code=2345-7", {GLUCOSE}),
        ("Observation?code=http://loinc.org|2345-7", {GLUCOSE}),
        ("Observation?code=http://snomed.info/sct|2345-7", set()),
        ("Observation?_id=weight-1", {WEIGHT}),
        ("Observation?date=2024-05-06", {GLUCOSE, WEIGHT}),
        ("Observation?date=ge2025", set()),
        ("Observation?date=ge2024-05&date=lt2024-06", {GLUCOSE, WEIGHT}),
        ("Observation?status=final", {GLUCOSE, WEIGHT}),
        ("Condition", {ASTHMA, HIV}),
        ("Patient", {ANA}),
        ("Patient?_id=ana", {ANA}),
        ("Immunization", set()),
    ],
)
def test_a_patient_searches_her_own_record(house: House, query: str, expected: set[str]) -> None:
    assert set(found(house.ana, query)) == expected


def test_the_bundle_holds_the_stored_bytes_and_its_links(house: House) -> None:
    answer = house.ana.get(f"/fhir/st-mary/Observation?category=laboratory&patient={ANA}")
    read = house.ana.get(f"/fhir/st-mary/Observation/{GLUCOSE}")
    assert read.content in answer.content
    (entry,) = answer.json()["entry"]
    assert entry["fullUrl"] == str(house.http.base_url.join(f"/fhir/st-mary/Observation/{GLUCOSE}"))
    assert entry["search"] == {"mode": "match"}
    (link,) = answer.json()["link"]
    assert link["relation"] == "self"
    assert "category=laboratory" in link["url"]


def test_pages_follow_each_other(house: House) -> None:
    first = house.ana.get("/fhir/st-mary/Observation?_count=1").json()
    links = {link["relation"]: link["url"] for link in first["link"]}
    second = house.ana.get(links["next"]).json()
    assert {page["entry"][0]["resource"]["id"] for page in (first, second)} == {GLUCOSE, WEIGHT}
    assert [link["relation"] for link in second["link"]] == ["self"]


def test_a_search_by_form_is_the_same_search(house: House) -> None:
    answer = house.ana.post(
        "/fhir/st-mary/Observation/_search", data={"patient": ANA, "category": "laboratory"}
    )
    assert [entry["resource"]["id"] for entry in answer.json()["entry"]] == [GLUCOSE]
    assert house.ana.post("/fhir/st-mary/Observation/_search").status_code == 200
    wrong = house.ana.post("/fhir/st-mary/Observation/_search", json={"patient": ANA})
    assert outcome(wrong) == (415, "not-supported", "unsupported-media-type")
    assert outcome(house.ana.get("/fhir/st-mary/Observation/_search"))[0] == 405


def test_a_form_is_read_no_further_than_a_search_needs(house: House) -> None:
    address, form = "/fhir/st-mary/Observation/_search", {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"code=" + b"a" * 64 * 1024, b"&".join([b"code=a"] * 2000)):
        answer = house.ana.post(address, content=body, headers=form)
        assert outcome(answer) == (413, "too-long", "body-too-large")
        assert "Ledger-Entry" not in answer.headers


def test_record_numbers_cannot_be_tried_out(house: House) -> None:
    def tried(caller: Caller, number: str, **headers: str) -> tuple[Any, ...]:
        answer = caller.get(f"/fhir/st-mary/Patient?identifier={number}", headers=headers)
        details = [issue["details"] for issue in answer.json().get("issue", ())]
        return answer.status_code, details, "Ledger-Entry" in answer.headers

    callers = [house.doctor, house.ben, house.auditor, house.caller("nobody@example.org", "profile")]
    for caller in callers:
        for headers in ({}, {"X-Tenant": "st-mary"}, {"Purpose-Of-Use": "GOSSIP"}):
            assert tried(caller, "MRN-ana", **headers) == tried(caller, "MRN-none", **headers)
    assert found(house.ana, "Patient?identifier=MRN-ana") == [ANA]
    assert outcome(house.own_doctor.get("/fhir/st-mary/Patient?identifier=MRN-ana"))[0] == 403
    house.ana.post("/api/v1/contracts/", json=contract_body(categories=["demographics"]))
    assert found(house.doctor, "Patient?identifier=urn:example:mrn|MRN-ana") == [ANA]


def test_what_is_withheld_leaves_no_trace(house: House) -> None:
    house.ana.post("/api/v1/contracts/", json=contract_body(categories=["conditions"]))
    answer = house.doctor.get(f"/fhir/st-mary/Condition?patient={ANA}&_count=1")
    assert [entry["resource"]["id"] for entry in answer.json()["entry"]] == [ASTHMA]
    assert [link["relation"] for link in answer.json()["link"]] == ["self"]
    assert HIV not in answer.text
    assert "HIV" not in str(last_access(house.ana)["resources"])


def test_a_search_is_denied_alike_whether_or_not_there_is_anything(house: House) -> None:
    texts = []
    for kind in ("Immunization", "Condition"):
        answer = house.doctor.get(f"/fhir/st-mary/{kind}?patient={ANA}")
        assert outcome(answer) == (403, "forbidden", "access-denied")
        texts.append([issue["details"] for issue in answer.json()["issue"]])
        assert last_access(house.ana)["entry"] == answer.headers["Ledger-Entry"]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("query", "expected", "expression"),
    [
        ("Observation?patient=ana&colour=blue", (400, "invalid", "search-invalid"), "colour"),
        ("Observation?patient=ana&code:above=1", (400, "invalid", "search-invalid"), "code:above"),
        ("Observation?patient=ana&date=soon", (400, "invalid", "search-invalid"), "date"),
        ("Observation?patient=ana&_count=-1", (400, "invalid", "search-invalid"), "_count"),
        ("Observation?patient=ana&_cursor=x", (400, "invalid", "search-invalid"), "_cursor"),
        ("Observation?patient=ana&_sort=code", (400, "invalid", "search-invalid"), "_sort"),
        ("Observation?patient=", (400, "invalid", "search-invalid"), ""),
        ("Observation?patient=ana&patient=ben", (400, "invalid", "search-invalid"), "patient"),
        ("Observation?patient=nobody", (404, "not-found", "unknown-person"), ""),
        ("Horoscope?patient=ana", (404, "not-supported", "type-unsupported"), ""),
        ("Observation%0A?patient=ana", (404, "not-found", "not-found"), ""),
        ("Observation/_search%0A?patient=ana", (404, "not-found", "not-found"), ""),
    ],
)
def test_a_search_that_is_not_served(
    house: House, query: str, expected: tuple[int, str, str], expression: str
) -> None:
    answer = house.ana.get(f"/fhir/st-mary/{query}")
    assert outcome(answer) == expected
    if expression:
        assert answer.json()["issue"][0]["expression"] == [expression]


def test_a_clinician_says_whose_records_he_wants(house: House) -> None:
    assert outcome(house.doctor.get("/fhir/st-mary/Observation"))[::2] == (400, "search-invalid")


def test_an_unknown_category_is_refused_and_the_question_is_told(house: House) -> None:
    answer = house.doctor.get(f"/fhir/st-mary/Observation?patient={ANA}&category=horoscope")
    assert outcome(answer) == (422, "processing", "unknown-category")
    assert last_access(house.ana)["entry"] == answer.headers["Ledger-Entry"]


def test_a_lenient_client_is_told_what_was_left_out(house: House) -> None:
    answer = house.ana.get("/fhir/st-mary/Observation?colour=blue", headers={"Prefer": "handling=lenient"})
    entries: list[dict[str, Any]] = answer.json()["entry"]
    assert [entry["resource"]["resourceType"] for entry in entries] == ["Observation"] * 2 + [
        "OperationOutcome"
    ]
    assert "colour" in entries[-1]["resource"]["issue"][0]["details"]["text"]
    assert "colour" not in answer.json()["link"][0]["url"]


def test_a_count_alone_and_a_total_tell_only_of_what_may_be_seen(house: House) -> None:
    house.ana.post("/api/v1/contracts/", json=contract_body(categories=["conditions"]))
    path = f"/fhir/st-mary/Condition?patient={ANA}"
    for more in ("_summary=count", "_count=0&_total=accurate"):
        bundle = house.doctor.get(f"{path}&{more}").json()
        assert (bundle["total"], bundle.get("entry")) == (1, None)
    assert house.ana.get(f"{path}&_total=accurate").json()["total"] == 2


@pytest.mark.parametrize(
    ("more", "has", "lacks"),
    [
        ("_elements=status", {"status", "code", "id", "resourceType"}, {"valueQuantity", "subject"}),
        ("_summary=true", {"status", "valueQuantity", "code"}, {"category"}),
        ("_summary=text", {"status", "code"}, {"valueQuantity"}),
        ("_summary=data", {"status", "valueQuantity", "category"}, set()),
    ],
)
def test_fewer_elements_are_copied_as_they_stand_and_marked(
    house: House, more: str, has: set[str], lacks: set[str]
) -> None:
    answer = house.ana.get(f"/fhir/st-mary/Observation?category=laboratory&{more}")
    (entry,) = answer.json()["entry"]
    shown = entry["resource"]
    assert has <= set(shown)
    assert not lacks & set(shown)
    assert shown["meta"]["tag"][-1]["code"] == "SUBSETTED"
    assert ("valueQuantity" not in shown) or b'"value": 1.5' in answer.content
    assert more in answer.json()["link"][0]["url"]


def test_a_summary_of_another_kind_is_refused(house: House) -> None:
    answer = house.ana.get("/fhir/st-mary/Observation?_summary=short")
    assert outcome(answer) == (400, "invalid", "search-invalid")


def test_a_reference_may_name_this_server(house: House) -> None:
    base = house.http.base_url.join("/fhir/st-mary")
    assert set(found(house.ana, f"Observation?patient={base}/Patient/ana")) == {GLUCOSE, WEIGHT}


def test_an_id_is_enough_to_find_a_record(house: House) -> None:
    assert outcome(house.doctor.get(f"/fhir/st-mary/Observation?_id={GLUCOSE}"))[0] == 403
    assert house.doctor.get("/fhir/st-mary/Observation?_id=nothing").json().get("entry") is None
    house.ana.post("/api/v1/contracts/", json=contract_body())
    assert found(house.doctor, f"Observation?_id={GLUCOSE}") == [GLUCOSE]
