"""An auditor's long work on a log over REST: verifying it whole, and deciding everything again."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from ledger.scope import tenant_scope
from ledger.services import append
from portal.accounts import selectors, services
from portal.inspections import tasks
from portal.inspections.models import Replay, Verification
from tests.api.house import GLUCOSE, House, contract_body
from tests.api.jobs import sealed, work

KEY = {"Idempotency-Key": "a-key-of-mine"}
KINDS = pytest.mark.parametrize("kind", ["verifications", "replays"])


def path(kind: str, tenant: str = "st-mary") -> str:
    return f"/api/v1/ledger/{tenant}/{kind}/"


@KINDS
def test_it_is_accepted_done_by_the_worker_and_then_told(house: House, kind: str) -> None:
    house.ana.post("/api/v1/contracts/", json=contract_body())
    assert house.doctor.get(f"/fhir/st-mary/Observation/{GLUCOSE}").status_code == 200
    asked = house.auditor.post(path(kind))
    assert asked.status_code == 202
    there = asked.headers["Location"]
    assert there == f"{house.http.base_url}{path(kind)}{asked.json()['id']}/"
    assert house.auditor.get(there).json()["status"] == "running"
    assert house.auditor.get(there).json()["holds"] is None
    assert work() == 1
    found = house.auditor.get(there).json()
    assert (found["status"], found["progress"], found["holds"], found["findings"]) == (
        "finished",
        1,
        True,
        [],
    )
    assert found["done"] == found["total"]
    assert house.auditor.get(path(kind)).json()["results"] == [found]


def test_a_verification_names_the_first_break(house: House, administrator: Any) -> None:
    house.ana.get("/api/v1/ledger/st-mary/")
    sealed(house)
    administrator.execute("SET session_replication_role = replica")
    administrator.execute(
        "UPDATE ledger_entry SET body = set_byte(body, 9, get_byte(body, 9) # 1) WHERE tenant_id = %s AND index = 1",
        [house.tenants["st-mary"]],
    )
    administrator.execute("RESET session_replication_role")
    there = house.auditor.post(path("verifications")).headers["Location"]
    work()
    found = house.auditor.get(there).json()
    assert (found["status"], found["holds"]) == ("finished", False)
    (finding,) = found["findings"]
    assert (finding["kind"], finding["index"]) == ("body-changed", 1)


def test_a_replay_counts_and_names_what_the_log_does_not_explain(house: House) -> None:
    house.ana.post("/api/v1/contracts/", json=contract_body())
    house.doctor.get(f"/fhir/st-mary/Observation/{GLUCOSE}")
    with tenant_scope(house.tenants["st-mary"]):
        said = {"interaction": "read", "decision": "permitted"}
        doctor = selectors.user_by_email("doctor@riverside.example")
        append(type="access.permitted", actor=doctor.id, subject=house.people["ana"], audit=said)
    sealed(house)
    there = house.auditor.post(path("replays")).headers["Location"]
    work()
    found = house.auditor.get(there).json()
    assert (found["holds"], found["same"], found["unreplayable"]) == (False, 1, 0)
    assert found["findings"][0]["sentence"]


@KINDS
def test_asked_twice_it_runs_once(house: House, kind: str) -> None:
    first, again = house.auditor.post(path(kind)), house.auditor.post(path(kind))
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert work() == 1
    assert house.auditor.post(path(kind)).json()["id"] != first.json()["id"]


@KINDS
def test_with_its_key_it_is_shown_again_as_it_is_by_now(house: House, kind: str) -> None:
    first = house.auditor.post(path(kind), headers=KEY)
    work()
    again = house.auditor.post(path(kind), headers=KEY)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (202, "true")
    assert again.headers["Location"] == first.headers["Location"]
    assert again.json()["status"] == "finished"
    assert work() == 0


@KINDS
def test_it_is_for_auditors_of_that_organisation(house: House, kind: str) -> None:
    there = house.auditor.post(path(kind)).headers["Location"]
    officer = services.create_account(email="officer@st-mary.example", password="correct horse battery")
    services.add_member(tenant=house.tenants["st-mary"], user=officer, role="privacy_officer")
    others = ("own_doctor", "doctor", "ana")
    callers = [getattr(house, name) for name in others]
    callers += [house.caller("auditor@riverside.example"), house.caller("officer@st-mary.example", "audit")]
    for caller in callers:
        for answer in (caller.post(path(kind)), caller.get(path(kind)), caller.get(there)):
            assert (answer.status_code, answer.json()["code"]) == (403, "role-needed")
    assert work() == 1


@KINDS
def test_a_run_of_another_log_or_none_is_not_there(house: House, kind: str) -> None:
    regulator = house.caller("auditor@riverside.example")
    elsewhere = regulator.post(path(kind, "riverside")).json()["id"]
    other = "replays" if kind == "verifications" else "verifications"
    same_log = house.auditor.post(path(other)).json()["id"]
    for run in (elsewhere, same_log, str(uuid4())):
        answer = house.auditor.get(f"{path(kind)}{run}/")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-run")
    assert house.auditor.get(path(kind)).json()["results"] == []
    nowhere = house.auditor.post(path(kind, "nowhere"))
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "unknown-tenant")


@KINDS
def test_a_run_that_breaks_off_says_that_nothing_is_known(
    house: House, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(tasks, "verify_log", broken)
    monkeypatch.setattr(tasks, "replay_decisions", broken)
    there = house.auditor.post(path(kind)).headers["Location"]
    with pytest.raises(RuntimeError):
        work()
    found = house.auditor.get(there).json()
    assert (found["status"], found["holds"], found["findings"]) == ("broken-off", None, [])


@KINDS
def test_a_run_whose_worker_was_killed_is_taken_up_again(house: House, kind: str) -> None:
    there = house.auditor.post(path(kind)).headers["Location"]
    long_ago = timezone.now() - timedelta(minutes=5)
    model = Verification if kind == "verifications" else Replay

    def silent() -> None:
        with tenant_scope(house.tenants["st-mary"]):
            model._default_manager.update(seen=long_ago)

    silent()
    assert house.auditor.get(there).json()["status"] == "running"
    assert waiting() == 1  # it only waits for its turn: no second job
    ProcrastinateJob.objects.all().update(status="doing")  # by a worker that is no more
    assert house.auditor.get(there).json()["status"] == "running"
    assert waiting() == 0  # just looked after
    silent()
    house.auditor.get(there)
    assert waiting() == 1
    assert work() == 1
    assert house.auditor.get(there).json()["holds"] is True


@KINDS
def test_a_job_that_comes_too_late_does_nothing(house: House, kind: str) -> None:
    old = house.auditor.post(path(kind))
    with tenant_scope(house.tenants["st-mary"]):
        for model in (Verification, Replay):
            model._default_manager.update(seen=timezone.now() - timedelta(minutes=5))
    new = house.auditor.post(path(kind))
    assert new.json()["id"] != old.json()["id"]
    assert work() == 2
    assert house.auditor.get(old.headers["Location"]).json()["status"] == "broken-off"
    assert house.auditor.get(new.headers["Location"]).json()["holds"] is True


@KINDS
def test_the_list_goes_on_where_it_stopped(house: House, kind: str) -> None:
    made = []
    for _ in range(3):
        made.append(house.auditor.post(path(kind)).json()["id"])
        work()
    page = house.auditor.get(path(kind), params={"limit": 2}).json()
    rest = house.auditor.get(page["next"]).json()
    assert [run["id"] for run in page["results"] + rest["results"]] == made[::-1]
    assert rest["next"] is None


def waiting() -> int:
    return ProcrastinateJob.objects.filter(status="todo", task_name__startswith="auditors.").count()
