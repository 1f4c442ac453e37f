"""Archives of evidence over REST: made by the queue, kept sealed for a day, for whoever asked alone."""

import subprocess
import sys
import zipfile
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from ledger.erasure import erase_subject
from ledger.scope import tenant_scope
from portal.accounts import services
from portal.inspections import making, tasks
from portal.inspections.archives import Span
from portal.inspections.models import Archive, ArchivePiece
from portal.node.postgres import BASE_DIR
from tests.api.house import ANA, BEN, GLUCOSE, House, contract_body
from tests.api.jobs import sealed, work
from tests.entries import entries_of_type

PATH = "/api/v1/ledger/st-mary/evidence/"
KEY = {"Idempotency-Key": "a-key-of-mine"}


@pytest.fixture
def told(house: House) -> House:
    """A contract and an access under it, sealed."""
    house.ana.post("/api/v1/contracts/", json=contract_body())
    assert house.doctor.get(f"/fhir/st-mary/Observation/{GLUCOSE}").status_code == 200
    sealed(house)
    return house


def made(house: House, **asked: str) -> str:
    """The address of an archive that is ready."""
    there: str = house.auditor.post(PATH, json=asked).headers["Location"]
    assert work() == 1
    return there


def test_it_is_made_by_the_worker_and_fetched_as_the_page_gives_it(told: House, tmp_path: Path) -> None:
    asked = told.auditor.post(PATH, json={})
    assert (asked.status_code, asked.json()["status"], asked.json()["file"]) == (202, "running", None)
    there = asked.headers["Location"]
    early = told.auditor.get(f"{there}file/")
    assert (early.status_code, early.json()["code"], early.headers["Retry-After"]) == (
        409,
        "archive-not-ready",
        "2",
    )
    work()
    found = told.auditor.get(there).json()
    assert (found["status"], found["progress"], found["findings"]) == ("finished", 1, [])
    with BytesIO() as page:
        making.write(page, tenant=told.tenants["st-mary"], span=Span())
        expected = page.getvalue()
    answer = told.auditor.get(found["file"])
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="evidence-st-mary.zip"'
    assert (answer.content, len(expected)) == (expected, found["size"])
    (tmp_path / "evidence.zip").write_bytes(answer.content)
    vkey = told.auditor.get("/api/v1/ledger/st-mary/").json()["vkey"]
    command = [sys.executable, "-m", "ledger.verify", str(tmp_path / "evidence.zip"), "--vkey", vkey]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_that_it_was_handed_out_stands_in_the_chain_of_whom_it_is_about(told: House) -> None:
    there = made(told, patient=ANA, since="2026-01-01T00:00:00Z")
    assert entries_of_type(told.tenants["st-mary"], "evidence.exported") == []
    found = told.auditor.get(there).json()
    answer = told.auditor.get(found["file"])
    assert sha256(answer.content).hexdigest() == found["sha256"]
    (entry,) = entries_of_type(told.tenants["st-mary"], "evidence.exported")
    assert entry.subject is not None
    assert (entry.audit["role"], entry.audit["archive"]) == ("auditor", found["sha256"])
    assert (found["one_patient"], found["since"], found["until"]) == (True, "2026-01-01T00:00:00Z", None)


def test_its_bytes_are_kept_sealed(told: House) -> None:
    there = made(told)
    content = told.auditor.get(f"{there}file/").content
    with tenant_scope(told.tenants["st-mary"]):
        kept = b"".join(bytes(piece.sealed) for piece in ArchivePiece.objects.all())
    assert len(kept) > len(content)
    assert b"checkpoint" in content
    assert b"checkpoint" not in kept


def test_a_long_one_is_put_together_again(told: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "PIECE", 1000)
    there = made(told)
    found = told.auditor.get(there).json()
    with tenant_scope(told.tenants["st-mary"]):
        assert ArchivePiece.objects.count() == -(-found["size"] // 1000) > 5
    with zipfile.ZipFile(BytesIO(told.auditor.get(found["file"]).content)) as archive:
        assert archive.testzip() is None


def test_the_same_asked_twice_is_made_once_and_another_has_to_wait(told: House) -> None:
    first, again = told.auditor.post(PATH, json={}), told.auditor.post(PATH, json={})
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    other = told.auditor.post(PATH, json={"patient": ANA})
    assert (other.status_code, other.json()["code"]) == (409, "archive-in-making")
    assert work() == 1
    assert told.auditor.post(PATH, json={"patient": ANA}).status_code == 202
    assert len(told.auditor.get(PATH).json()["results"]) == 2


def test_with_its_key_it_is_shown_again_as_it_is_by_now(told: House) -> None:
    first = told.auditor.post(PATH, json={}, headers=KEY)
    work()
    again = told.auditor.post(PATH, json={}, headers=KEY)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (202, "true")
    assert (again.json()["id"], again.json()["status"]) == (first.json()["id"], "finished")
    other = told.auditor.post(PATH, json={"patient": ANA}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_it_is_there_for_whoever_asked_alone(told: House) -> None:
    there = made(told)
    colleague = services.create_account(email="second@st-mary.example", password="correct horse battery")
    services.add_member(tenant=told.tenants["st-mary"], user=colleague, role="auditor")
    second = told.caller("second@st-mary.example", "audit")
    for path in (there, f"{there}file/"):
        answer = second.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-archive")
    assert second.get(PATH).json()["results"] == []
    assert second.post(PATH, json={}).status_code == 202  # one of their own
    others = [told.ana, told.doctor, told.own_doctor, told.caller("auditor@riverside.example")]
    for caller in others:
        for answer in (
            caller.get(there),
            caller.get(f"{there}file/"),
            caller.post(PATH, json={"patient": "nobody"}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "role-needed")
    elsewhere = there.replace("st-mary", "riverside")
    assert told.caller("auditor@riverside.example").get(elsewhere).status_code == 404
    assert told.auditor.get(f"{PATH}{uuid4()}/file/").json()["code"] == "unknown-archive"


def test_whoever_is_an_auditor_no_more_gets_nothing_more(told: House) -> None:
    there = made(told)
    assert told.auditor.get(f"{there}file/").status_code == 200
    user = told.auditor.get("/api/v1/me/").json()["id"]
    chief = services.create_account(email="chief@st-mary.example", password="correct horse battery")
    services.add_member(tenant=told.tenants["st-mary"], user=chief, role="administrator")
    services.remove_member(tenant=told.tenants["st-mary"], user=UUID(user), actor=chief.id)
    assert told.auditor.get(f"{there}file/").status_code == 403


def test_what_cannot_be_is_said(told: House) -> None:
    unknown = told.auditor.post(PATH, json={"patient": "nobody"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-person")
    for wrong in (
        {"since": "yesterday"},
        {"mrn": "1"},
        {"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
    ):
        answer = told.auditor.post(PATH, json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-body")


def test_an_archive_about_somebody_without_entries_says_why_there_is_none(told: House) -> None:
    with tenant_scope(told.tenants["st-mary"]):
        found = told.auditor.post(PATH, json={}).json()
        Archive.objects.filter(id=found["id"]).update(person=uuid4())
    work()
    there = f"{PATH}{found['id']}/"
    said = told.auditor.get(there).json()
    assert (said["status"], said["file"], said["size"]) == ("finished", None, None)
    assert said["findings"][0]["kind"] == "unknown-entry"
    assert told.auditor.get(f"{there}file/").status_code == 404


def test_after_a_day_it_is_gone(told: House) -> None:
    there = made(told)
    with tenant_scope(told.tenants["st-mary"]):
        Archive.objects.update(asked=timezone.now() - timedelta(hours=25))
    for path in (there, f"{there}file/"):
        assert told.auditor.get(path).json()["code"] == "unknown-archive"
    assert tasks.expire_archives(0) == 1
    with tenant_scope(told.tenants["st-mary"]):
        assert not ArchivePiece.objects.exists()
        assert not Archive.objects.exists()


@pytest.mark.django_db(databases=["default", "sequencer", "owner"], transaction=True)
def test_after_an_erasure_it_is_gone(told: House) -> None:
    there = made(told)
    erase_subject(tenant=told.tenants["st-mary"], subject=told.people[BEN])
    assert told.auditor.get(f"{there}file/").json()["code"] == "unknown-archive"
    again = made(told)
    assert told.auditor.get(f"{again}file/").status_code == 200


def test_one_whose_worker_was_killed_is_made_anew(told: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise SystemExit(9)

    there = told.auditor.post(PATH, json={}).headers["Location"]
    with monkeypatch.context() as broken:
        broken.setattr(making, "_finish", killed)
        with pytest.raises(SystemExit):
            work()
    with tenant_scope(told.tenants["st-mary"]):
        left = ArchivePiece.objects.count()
        Archive.objects.update(finished=None, held=None, seen=timezone.now() - timedelta(minutes=5))
    assert left
    assert told.auditor.get(there).json()["status"] == "running"
    work()
    found = told.auditor.get(there).json()
    assert len(told.auditor.get(found["file"]).content) == found["size"]
    with tenant_scope(told.tenants["st-mary"]):
        Archive.objects.update(asked=timezone.now() - timedelta(hours=25))
    tasks.expire_archives(0)
    with tenant_scope(told.tenants["st-mary"]):
        assert not ArchivePiece.objects.exists()


def test_the_slower_of_two_workers_leaves_nothing(told: House) -> None:
    there = told.auditor.post(PATH, json={}).headers["Location"]
    tenant, key = told.tenants["st-mary"], UUID(there.rstrip("/").rpartition("/")[2])
    with tenant_scope(tenant):
        slower = Archive.objects.get(id=key)
    work()
    with tenant_scope(tenant):
        kept = set(ArchivePiece.objects.values_list("attempt", flat=True))
    attempt = uuid4()
    with tenant_scope(tenant):
        ArchivePiece.objects.create(tenant_id=tenant, archive=key, attempt=attempt, number=0, sealed=b"x")
    making._finish(slower, attempt=attempt, held=True)
    with tenant_scope(tenant):
        assert set(ArchivePiece.objects.values_list("attempt", flat=True)) == kept
    assert told.auditor.get(f"{there}file/").status_code == 200
