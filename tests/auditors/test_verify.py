"""Verifying a whole log from the page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from ledger.scope import tenant_scope
from portal.inspections import tasks
from portal.inspections.models import Verification
from tests.auditors.conftest import Seal
from tests.cast import Cast
from tests.staff import few_queries, sign_in, text


@pytest.fixture
def auditor(cast: Cast, seal: Seal) -> Client:
    seal(cast.hospital)
    return sign_in(cast.auditor)


def address(cast: Cast) -> str:
    return reverse("auditors:verify", args=[cast.hospital.slug])


def work() -> int:
    """Do what waits in the queue, as its worker would."""
    waiting = list(ProcrastinateJob.objects.filter(status="todo", task_name="auditors.verify"))
    for job in waiting:
        tasks.verify(**job.args)
    return len(waiting)


def test_it_waits_for_the_worker_and_then_says_that_the_log_holds(cast: Cast, auditor: Client) -> None:
    asked = auditor.post(address(cast), follow=True)
    assert "Checking everything now" in text(asked)
    assert '<meta http-equiv="refresh"' in asked.content.decode()
    assert work() == 1
    with few_queries():
        answer = auditor.get(address(cast))
    assert "The log holds" in text(answer)
    assert '<meta http-equiv="refresh"' not in answer.content.decode()
    status = auditor.get(reverse("auditors:status", args=[cast.hospital.slug]))
    assert "The log holds" in text(status)
    assert "Last full verification Holds" in text(status)


def test_pressed_twice_it_runs_once(cast: Cast, auditor: Client) -> None:
    for _ in range(2):
        assert auditor.post(address(cast)).status_code == 302
    assert work() == 1


def test_it_names_the_first_break(cast: Cast, auditor: Client, administrator: Any) -> None:
    administrator.execute("SET session_replication_role = replica")
    administrator.execute(
        "UPDATE ledger_entry SET body = set_byte(body, 9, get_byte(body, 9) # 1) WHERE tenant_id = %s AND index = 2",
        [cast.hospital.id],
    )
    administrator.execute("RESET session_replication_role")
    auditor.post(address(cast))
    work()
    said = text(auditor.get(address(cast)))
    assert "The log does not hold" in said
    assert "Entry 2:" in said
    assert "body-changed" in said
    assert "The log does not hold" in text(auditor.get(reverse("auditors:status", args=[cast.hospital.slug])))


def test_a_run_that_was_lost_makes_room_for_the_next(cast: Cast, auditor: Client) -> None:
    auditor.post(address(cast))
    with tenant_scope(cast.hospital.id):
        Verification.objects.update(seen=timezone.now() - timedelta(minutes=5))
    auditor.post(address(cast))
    with tenant_scope(cast.hospital.id):
        assert [run.finished is None for run in Verification.objects.order_by("asked")] == [False, True]


def test_a_run_that_broke_off_says_that_nothing_is_known(
    cast: Cast, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(tasks, "verify_log", broken)
    auditor.post(address(cast))
    with pytest.raises(RuntimeError):
        work()
    said = text(auditor.get(address(cast)))
    assert "The check did not end" in said
    assert "The log holds" not in said


def test_another_organisations_runs_are_not_shown(cast: Cast, auditor: Client) -> None:
    auditor.post(address(cast))
    with tenant_scope(cast.practice.id):
        assert Verification.objects.count() == 0
    client = sign_in(cast.regulator)
    elsewhere = client.get(reverse("auditors:verify", args=[cast.practice.slug]))
    assert elsewhere["Location"] == reverse("auditors:status", args=[cast.practice.slug])


def test_before_any_run_there_is_nothing_to_show(cast: Cast, auditor: Client) -> None:
    assert auditor.get(address(cast))["Location"] == reverse("auditors:status", args=[cast.hospital.slug])
