"""Documents come and go as streams, sealed in pieces, decided as documents, and as what they say they are."""

import base64
from typing import Any

import pytest

from ledger.scope import tenant_scope
from portal.records import services, storage
from portal.records.chunks import CHUNK, CONTENT
from portal.records.errors import RecordTampered
from portal.records.opening import open_rows
from tests.api.house import ANA, House, contract_body
from tests.fhir.test_read import last_access, outcome
from tests.fhir.writing import nothing_is_stored, opt_out

BASE = "/fhir/st-mary"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8000  # three pieces, the last one short
ABOUT = {"X-Security-Context": f"Patient/{ANA}"}


@pytest.fixture
def doctor(house: House) -> Any:
    opt_out(house)
    return house.own_doctor


def send(caller: Any, content: bytes, media_type: str = "application/pdf", **headers: str) -> Any:
    return caller.post(
        f"{BASE}/Binary", content=content, headers={"Content-Type": media_type, **ABOUT, **headers}
    )


def test_a_document_comes_back_as_it_was_sent(house: House, doctor: Any) -> None:
    assert len(PDF) > 2 * CHUNK
    made = send(doctor, PDF)
    assert made.status_code == 201, made.text
    path = f"{BASE}/Binary/{made.json()['id']}"
    read = house.ana.get(path)
    assert (read.status_code, read.headers["Content-Type"], read.content == PDF) == (
        200,
        "application/pdf",
        True,
    )
    assert read.headers["Content-Length"] == str(len(PDF))
    assert read.headers["Content-Disposition"] == "attachment"
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    assert last_access(house.ana)["entry"] == read.headers["Ledger-Entry"]
    resource = house.ana.get(path, headers={"Accept": "application/fhir+json"}).json()
    assert (resource["resourceType"], resource["contentType"]) == ("Binary", "application/pdf")
    assert base64.b64decode(resource["data"]) == PDF


def test_a_document_in_json_is_kept_as_it_is(house: House, doctor: Any) -> None:
    body = {
        "resourceType": "Binary",
        "contentType": "text/plain",
        "securityContext": {"reference": f"Patient/{ANA}"},
        "data": base64.b64encode(b"a letter").decode(),
    }
    made = doctor.post(f"{BASE}/Binary", json=body, headers={"Content-Type": "application/fhir+json"})
    path = f"{BASE}/Binary/{made.json()['id']}"
    assert house.ana.get(path).content == b"a letter"
    assert house.ana.get(path, headers={"Accept": "application/fhir+json"}).json()["data"] == body["data"]


def test_documents_are_decided_as_documents(house: House, doctor: Any) -> None:
    path = f"{BASE}/Binary/{send(doctor, PDF).json()['id']}"
    assert outcome(house.doctor.get(path)) == (403, "forbidden", "access-denied")
    house.ana.post("/api/v1/contracts/", json=contract_body(categories=["documents"]))
    assert house.doctor.get(path).status_code == 200
    with nothing_is_stored(house):
        assert outcome(send(house.doctor, PDF)) == (403, "forbidden", "access-denied")


REFUSED: dict[str, tuple[bytes, str, int]] = {
    "a page that says it is a PDF": (b"<html><script>x()</script></html>", "application/pdf", 415),
    "a page": (b"<html></html>", "text/html", 415),
    "a program": (b"MZ\x90", "application/octet-stream", 415),
    "bytes that say they are text": (b"a\x00b", "text/plain", 415),
    "text in another encoding": ("ü".encode("latin-1"), "text/plain", 415),
    "nothing": (b"", "application/pdf", 415),
}


@pytest.mark.parametrize(("content", "media_type", "status"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_what_it_says_is_refused(
    house: House, doctor: Any, content: bytes, media_type: str, status: int
) -> None:
    with nothing_is_stored(house):
        assert outcome(send(doctor, content, media_type))[0] == status


def test_a_document_of_nobody_is_refused(house: House, doctor: Any) -> None:
    with nothing_is_stored(house):
        assert outcome(send(doctor, PDF, **{"X-Security-Context": "nobody"}))[0] == 400
        assert outcome(send(doctor, PDF, **{"X-Security-Context": "Patient/none"}))[0] == 422


def test_nobody_leads_a_document_to_the_content_of_another(house: House, doctor: Any) -> None:
    send(doctor, PDF)
    forged = {
        "resourceType": "Binary",
        "contentType": "application/pdf",
        "securityContext": {"reference": f"Patient/{ANA}"},
        "meta": {"extension": [{"url": CONTENT, "valueString": "x"}]},
    }
    with nothing_is_stored(house):
        answer = doctor.post(f"{BASE}/Binary", json=forged, headers={"Content-Type": "application/fhir+json"})
        assert outcome(answer)[0] == 422


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE records_chunk SET sealed = set_byte(sealed, 200, get_byte(sealed, 200) # 1) WHERE index = 1",
        "DELETE FROM records_chunk WHERE index = 2",
        "UPDATE records_chunk a SET sealed = b.sealed FROM records_chunk b WHERE a.index = 0 AND b.index = 1",
    ],
)
def test_content_that_was_changed_underneath_us_is_not_shown(
    house: House, doctor: Any, administrator: Any, attack: str
) -> None:
    made, tenant = send(doctor, PDF).json()["id"], house.tenants["st-mary"]
    with tenant_scope(tenant):
        row = storage.read("Binary", made)
    assert row
    (record,) = open_rows(tenant, [row[0]]).records
    administrator.execute("SET session_replication_role = replica")
    administrator.execute(attack)
    administrator.execute("SET session_replication_role = DEFAULT")
    with pytest.raises(RecordTampered):
        list(services.document_of(record, tenant=tenant).pieces)
