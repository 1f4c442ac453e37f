"""Replaying every decision, and taking evidence along, from the pages."""

import zipfile
from hashlib import sha256
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from ledger.scope import tenant_scope
from ledger.services import append
from portal.inspections import tasks
from portal.records.services import chart
from tests.auditors.conftest import Seal
from tests.cast import MRN, Cast
from tests.entries import entries_of_type
from tests.staff import few_queries, sign_in, streamed, text


@pytest.fixture
def auditor(cast: Cast, seal: Seal) -> Client:
    cast.grant(cast.doctor, "medicines")
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="medicines")
    seal(cast.hospital)
    return sign_in(cast.auditor)


def address(cast: Cast, page: str = "replay") -> str:
    return reverse(f"auditors:{page}", args=[cast.hospital.slug])


def work() -> int:
    waiting = list(ProcrastinateJob.objects.filter(status="todo", task_name="auditors.replay"))
    for job in waiting:
        tasks.replay(**job.args)
    return len(waiting)


def test_before_any_it_says_what_a_replay_is(cast: Cast, auditor: Client) -> None:
    assert "Nothing was replayed yet" in text(auditor.get(address(cast)))


def test_it_waits_for_the_worker_and_then_counts(cast: Cast, auditor: Client) -> None:
    for _ in range(2):
        asked = auditor.post(address(cast), follow=True)
    assert "Deciding everything again" in text(asked)
    assert work() == 1
    with few_queries():
        answer = auditor.get(address(cast))
    said = text(answer)
    assert "Every decision comes out the same" in said
    assert "The same 1" in said
    assert "Different 0" in said


def test_a_decision_that_the_log_does_not_explain_is_a_finding(
    cast: Cast, auditor: Client, seal: Seal
) -> None:
    with tenant_scope(cast.hospital.id):
        said = {"interaction": "read", "decision": "permitted"}
        append(type="access.permitted", actor=cast.doctor.user, subject=cast.person, audit=said)
    seal(cast.hospital)
    auditor.post(address(cast))
    work()
    said_now = text(auditor.get(address(cast)))
    assert "Some decisions do not come out the same" in said_now
    assert "Findings" in said_now


def test_an_archive_of_evidence_is_a_file_that_says_how_to_check_it(cast: Cast, auditor: Client) -> None:
    assert "python -m ledger.verify" in text(auditor.get(address(cast, "evidence")))
    for asked in ({}, {"mrn": MRN}):
        answer = auditor.post(address(cast, "evidence"), asked)
        assert answer["Content-Disposition"].startswith("attachment;")
        with zipfile.ZipFile(BytesIO(streamed(answer))) as archive:
            assert archive.testzip() is None
            assert "Metformin" not in "".join(archive.namelist())


def test_that_an_archive_was_handed_out_stands_in_the_log(cast: Cast, auditor: Client) -> None:
    given = [auditor.post(address(cast, "evidence"), asked) for asked in ({}, {"mrn": MRN})]
    digests = [sha256(streamed(answer)).hexdigest() for answer in given]
    found = entries_of_type(cast.hospital.id, "evidence.exported")
    assert [entry.audit["archive"] for entry in found] == digests
    assert [entry.subject is None for entry in found] == [True, False]
    assert auditor.post(address(cast, "evidence"), {"mrn": "none"}).status_code == 200
    assert len(entries_of_type(cast.hospital.id, "evidence.exported")) == 2


def test_evidence_about_nobody_is_refused_in_the_form(cast: Cast, auditor: Client) -> None:
    answer = auditor.post(address(cast, "evidence"), {"mrn": "none"})
    assert "No such patient is registered" in text(answer)
    answer = auditor.post(address(cast, "evidence"), {"since": "2026-02-01", "until": "2026-01-01"})
    assert "Choose a day that is not before the first." in text(answer)
