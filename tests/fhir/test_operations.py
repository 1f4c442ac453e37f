"""The operations over HTTP, each as the CapabilityStatement names it."""

import json
from typing import Any
from uuid import UUID

import pytest

from ledger.scope import tenant_scope
from portal.records import tasks
from portal.records.models import Export
from tests.api.house import ANA, BEN, GLUCOSE, House, contract_body
from tests.fhir.test_read import FHIR, last_access, outcome

ASYNC = {"Prefer": "respond-async"}


def work() -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    for job in ProcrastinateJob.objects.filter(status="todo", task_name="records.export"):
        tasks.export(**job.args)


def ids(bundle: dict[str, Any]) -> set[str]:
    return {entry["resource"]["id"] for entry in bundle.get("entry", [])}


def test_the_statement_names_what_is_here(house: House) -> None:
    statement = house.http.get("/fhir/st-mary/metadata").json()
    named = {
        (one["type"], operation["name"])
        for one in statement["rest"][0]["resource"]
        for operation in one.get("operation", ())
    }
    assert {("Patient", "everything"), ("Patient", "export"), ("DocumentReference", "docref")} <= named
    for kind, name in named - {("Patient", "everything")}:
        answer = house.ana.post(f"/fhir/st-mary/{kind}/${name}")
        assert answer.status_code != 404, (kind, name)


def test_everything_of_a_patient_page_by_page(house: House) -> None:
    seen: list[str] = []
    address = f"/fhir/st-mary/Patient/{ANA}/$everything?_count=2"
    while address:
        bundle = house.ana.get(address).json()
        assert len(bundle["entry"]) <= 2
        seen += ids(bundle)
        address = next((one["url"] for one in bundle["link"] if one["relation"] == "next"), "")
    assert len(seen) == len(set(seen)) == 5
    assert last_access(house.ana)["interaction"] == "everything"


def test_everything_is_what_contracts_permit(house: House) -> None:
    assert outcome(house.doctor.get(f"/fhir/st-mary/Patient/{ANA}/$everything"))[0] == 403
    house.ana.post("/api/v1/contracts/", json=contract_body())
    answer = house.doctor.get(f"/fhir/st-mary/Patient/{ANA}/$everything")
    assert ids(answer.json()) == {GLUCOSE}
    assert ids(house.ana.get(f"/fhir/st-mary/Patient/{ANA}/$everything?_type=Patient").json()) == {ANA}
    assert ids(house.ana.get(f"/fhir/st-mary/Patient/{ANA}/$everything?_since=2099-01-01").json()) == set()


@pytest.mark.parametrize(
    ("path", "expression"),
    [
        (f"Patient/{ANA}/$everything?colour=blue", "colour"),
        (f"Patient/{ANA}/$everything?_since=soon", "_since"),
        (f"Patient/{ANA}/$everything?_count=0", "_count"),
        (f"Patient/{ANA}/$everything?_cursor=x", "_cursor"),
        (f"Patient/{ANA}/$everything?_type=Horoscope", "_type"),
        ("DocumentReference/$docref", "patient"),
        ("Patient/$export", "Prefer"),
    ],
)
def test_what_an_operation_cannot_be_asked(house: House, path: str, expression: str) -> None:
    answer = house.ana.get(f"/fhir/st-mary/{path}")
    assert outcome(answer) == (400, "invalid", "search-invalid")
    assert answer.json()["issue"][0]["expression"] == [expression]


def test_documents_by_type_and_time(house: House) -> None:
    from portal.records.services import import_content

    for key, day in (("one", "2020-01-01"), ("two", "2024-01-01")):
        document = {
            "resourceType": "DocumentReference",
            "id": key,
            "status": "current",
            "type": {"coding": [{"system": "http://loinc.org", "code": "34133-9"}]},
            "subject": {"reference": f"Patient/{ANA}"},
            "context": {"period": {"start": day, "end": day}},
            "content": [{"attachment": {"contentType": "text/plain"}}],
        }
        content = json.dumps(document).encode()
        report = import_content(tenant=house.tenants["st-mary"], content=content, source="t")
        assert not report.failed
    path = f"/fhir/st-mary/DocumentReference/$docref?patient={ANA}"
    assert ids(house.ana.get(path).json()) == {"one", "two"}
    assert ids(house.ana.get(f"{path}&start=2023-01-01&type=34133-9").json()) == {"two"}
    parameters = {
        "resourceType": "Parameters",
        "parameter": [{"name": "patient", "valueId": ANA}, {"name": "end", "valueDateTime": "2021-01-01"}],
    }
    posted = house.ana.post(
        "/fhir/st-mary/DocumentReference/$docref",
        content=json.dumps(parameters),
        headers={"Content-Type": FHIR},
    )
    assert ids(posted.json()) == {"one"}


@pytest.mark.parametrize(
    ("resource", "expression"),
    [
        ({"resourceType": "Observation", "status": "final", "code": {"text": "x"}}, None),
        ({"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "x": 1}, "Observation.x"),
        ({"resourceType": "Patient"}, "resourceType"),
    ],
)
def test_a_resource_is_validated_and_not_stored(
    house: House, resource: dict[str, Any], expression: str | None
) -> None:
    address = "/fhir/st-mary/Observation/$validate"
    within = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": resource}]}
    for body in (resource, within):
        answer = house.ana.post(address, content=json.dumps(body), headers={"Content-Type": FHIR})
        assert answer.status_code == 200
        (issue,) = answer.json()["issue"]
        assert issue["severity"] == ("error" if expression else "information")
        assert issue.get("expression", [None]) == [expression]


def test_an_export_from_kick_off_to_deletion(house: House) -> None:
    kicked = house.ana.get("/fhir/st-mary/Patient/$export?_type=Observation,Condition", headers=ASYNC)
    assert (kicked.status_code, kicked.content) == (202, b"")
    address = kicked.headers["Content-Location"]
    waiting = house.ana.get(address)
    assert (waiting.status_code, waiting.headers["X-Progress"]) == (202, "0 of 1 patients")
    assert waiting.headers["Retry-After"]
    work()
    manifest = house.ana.get(address)
    assert manifest.headers["Expires"]
    said = manifest.json()
    assert (said["requiresAccessToken"], said["error"]) == (True, [])
    assert {one["type"]: one["count"] for one in said["output"]} == {"Condition": 2, "Observation": 2}
    for one in said["output"]:
        answer = house.ana.get(one["url"])
        assert answer.headers["Content-Type"] == "application/fhir+ndjson"
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert [line["resourceType"] for line in lines] == [one["type"]] * one["count"]
        assert outcome(house.ben.get(one["url"]))[0] == 404
    assert outcome(house.ben.get(address)) == (404, "not-found", "unknown-export")
    assert house.ana.call("DELETE", address).status_code == 202
    assert house.ana.get(address).status_code == 404


def test_a_call_that_is_refused_starts_and_deletes_no_export(house: House) -> None:
    address = house.ana.get("/fhir/st-mary/Patient/$export", headers=ASYNC).headers["Content-Location"]
    for headers in ({"Purpose-Of-Use": "GOSSIP"}, {"X-Tenant": "riverside"}):
        assert house.ana.call("DELETE", address, headers=headers).status_code in {403, 422}
        kicked = house.ana.get("/fhir/st-mary/Patient/$export", headers={**ASYNC, **headers})
        assert kicked.status_code in {403, 422}
    assert house.ana.get(address).status_code == 202
    with tenant_scope(house.tenants["st-mary"]):
        assert [str(one) for one in Export.objects.values_list("id", flat=True)] == [
            address.rpartition("/")[2]
        ]


def test_what_a_revocation_cut_off_is_in_the_manifest(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.records import exporting

    monkeypatch.setattr(exporting, "PAGE", 1)
    body = contract_body(categories=["lab-results", "vital-signs"], actions=["read", "export"])
    contract = house.ana.post("/api/v1/contracts/", json=body).json()
    kicked = house.doctor.post(f"/fhir/st-mary/Patient/$export?patient={ANA},{BEN}", headers=ASYNC)
    address = kicked.headers["Content-Location"]
    export = UUID(address.rpartition("/")[2])
    exporting.step(tenant=house.tenants["st-mary"], export=export)
    assert house.ana.post(f"/api/v1/contracts/{contract['id']}/revoke/").status_code == 200
    work()
    (error,) = house.doctor.get(address).json()["error"]
    (line,) = house.doctor.get(error["url"]).text.splitlines()
    told = json.loads(line)
    assert told["resourceType"] == "OperationOutcome"
    assert "Permission ended" in told["issue"][0]["details"]["text"]


def test_what_happened_is_read_over_http_too(house: House) -> None:
    house.ana.get(f"/fhir/st-mary/Observation/{GLUCOSE}")
    answer = house.ana.get("/fhir/st-mary/AuditEvent?action=R&date=ge2020-01-01&_count=1")
    (entry,) = answer.json()["entry"]
    assert entry["resource"]["subtype"][0]["code"] == "read"
    assert house.ana.get(entry["fullUrl"]).json() == entry["resource"]
    assert outcome(house.doctor.get("/fhir/st-mary/AuditEvent"))[0] == 403
    assert outcome(house.doctor.get(entry["fullUrl"]))[0] == 404
    assert outcome(house.ana.get("/fhir/st-mary/AuditEvent?date=soon"))[0] == 400
    bundle = house.ana.get(f"/fhir/st-mary/Observation?_id={GLUCOSE}&_revinclude=Provenance:target").json()
    (provenance,) = [one for one in bundle["entry"] if one["search"]["mode"] == "include"]
    read = house.ana.get(provenance["fullUrl"]).json()
    assert {one["reference"] for one in provenance["resource"]["target"]} <= {
        one["reference"] for one in read["target"]
    }
