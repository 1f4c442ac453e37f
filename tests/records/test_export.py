"""A bulk export: page by page, each decided and entered; what is revoked meanwhile stays where it is."""

import json
from typing import Any
from uuid import UUID

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from consent.services import set_base_policy
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.records import exporting, exports, services, tasks
from portal.records.errors import InvalidSearch, UnknownExport
from portal.records.models import ExportPart
from portal.records.services import Exported
from tests.cast import MRN, OTHER, PATIENT, Cast, lab, store
from tests.records.test_tampering import FLIP, as_attacker

MANY = 12


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "PAGE", 4)


def start(cast: Cast, caller: Caller, **more: Any) -> UUID:
    return services.start_export(caller=caller, tenant=cast.hospital.id, request="https://x/$export", **more)


def work() -> None:
    """Do what waits in the queue, as its worker would."""
    for job in ProcrastinateJob.objects.filter(status="todo", task_name="records.export"):
        tasks.export(**job.args)


def status(cast: Cast, caller: Caller, export: UUID) -> Exported:
    return services.export_status(caller=caller, tenant=cast.hospital.id, export=export)


def lines(cast: Cast, caller: Caller, export: UUID, kind: str = "Observation") -> list[dict[str, Any]]:
    found = services.exported_lines(caller=caller, tenant=cast.hospital.id, export=export, type=kind)
    return [json.loads(line) for line in b"".join(found).splitlines()]


def entries(cast: Cast) -> list[tuple[str, int]]:
    """Decision and number of records of each export access to Amara's record, oldest first."""
    with tenant_scope(cast.hospital.id):
        found = ledger.subject_entries(subject=cast.person, types=services.ACCESS_TYPES)
        audits = [entry.audit for entry in reversed(found)]
    return [(one["decision"], len(one["resources"])) for one in audits if one["interaction"] == "export"]


def sharing(cast: Cast, *categories: str) -> Any:
    return cast.grant(cast.doctor, *categories, actions=("read", "export"))


def test_a_patient_takes_a_copy_of_everything_that_is_hers(cast: Cast) -> None:
    export = start(cast, cast.amara)
    assert status(cast, cast.amara, export).finished is False
    work()
    found = status(cast, cast.amara, export)
    assert (found.finished, found.people, found.errors) == (True, 1, [])
    assert found.counts["Observation"] == 4
    assert {one["id"] for one in lines(cast, cast.amara, export, "Condition")} == {
        f"{PATIENT}-diabetes",
        f"{PATIENT}-low-mood",
    }
    assert [one["id"] for one in lines(cast, cast.amara, export, "Patient")] == [PATIENT]


def test_it_is_sealed_at_rest(cast: Cast) -> None:
    start(cast, cast.amara)
    work()
    with tenant_scope(cast.hospital.id):
        kept = b"".join(bytes(part.sealed) for part in ExportPart.objects.all())
    assert kept
    assert b"Lindgren" not in kept
    assert MRN.encode() not in kept


def test_reading_is_not_exporting(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    export = start(cast, cast.doctor)
    work()
    assert (status(cast, cast.doctor, export).counts, entries(cast)) == ({}, [("denied", 0)])


def test_only_what_may_be_exported_is(cast: Cast) -> None:
    sharing(cast, "lab-results", "conditions")
    export = start(cast, cast.doctor)
    work()
    assert status(cast, cast.doctor, export).counts == {"Condition": 1, "Observation": 3}


def test_revoking_stops_a_running_export_and_the_manifest_says_so(cast: Cast, small_pages: None) -> None:
    store(cast.hospital, *[lab(PATIENT, f"n{n}", "1-8", n, "2026-06-01") for n in range(MANY)])
    contract = sharing(cast, "lab-results")
    export = start(cast, cast.doctor)
    assert exporting.step(tenant=cast.hospital.id, export=export)
    cast.revoke(contract)
    work()
    found = status(cast, cast.doctor, export)
    assert found.finished
    assert found.counts == {"Observation": 4}
    assert found.errors == [(PATIENT, exporting.WITHDRAWN)]
    assert entries(cast) == [("permitted", 4), ("denied", 0)]
    # What was written before the revocation is not handed out after it either.
    assert lines(cast, cast.doctor, export) == []


def test_losing_the_role_stops_it_too(cast: Cast, small_pages: None) -> None:
    from portal.accounts import services as accounts

    sharing(cast, "lab-results", "conditions", "vital-signs")
    export = start(cast, cast.doctor)
    exporting.step(tenant=cast.hospital.id, export=export)
    accounts.remove_member(tenant=cast.hospital.id, user=cast.doctor.user, actor=cast.administrator.user)
    work()
    found = status(cast, cast.doctor, export)
    assert found.errors == [(PATIENT, exporting.WITHDRAWN)]


def test_a_killed_worker_loses_and_doubles_nothing(
    cast: Cast, small_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(cast.hospital, *[lab(PATIENT, f"n{n}", "1-8", n, "2026-06-01") for n in range(MANY)])
    export = start(cast, cast.amara)
    exporting.step(tenant=cast.hospital.id, export=export)
    with monkeypatch.context() as patch:

        def killed(*args: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(exporting, "_keep", killed)
        with pytest.raises(KeyboardInterrupt):
            exporting.step(tenant=cast.hospital.id, export=export)
    work()
    work()
    found = [one["id"] for one in lines(cast, cast.amara, export)]
    assert len(found) == len(set(found)) == MANY + 4


def test_one_whose_worker_is_lost_is_queued_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    export = start(cast, cast.amara)
    monkeypatch.setattr(exports, "LOST_SECONDS", -1)
    status(cast, cast.amara, export)
    assert ProcrastinateJob.objects.filter(status="todo", task_name="records.export").count() == 2


def test_handing_out_is_decided_and_entered_again(cast: Cast) -> None:
    contract = sharing(cast, "lab-results")
    export = start(cast, cast.doctor)
    work()
    assert len(lines(cast, cast.doctor, export)) == 3
    assert entries(cast) == [("permitted", 3), ("permitted", 3)]
    cast.revoke(contract)
    assert lines(cast, cast.doctor, export) == []
    assert entries(cast)[-1] == ("denied", 0)


def test_narrowed_to_types_patients_and_a_time(cast: Cast) -> None:
    export = start(cast, cast.amara, types=["Condition"], patients=[PATIENT])
    work()
    assert status(cast, cast.amara, export).counts == {"Condition": 2}
    nobody = start(cast, cast.amara, patients=[OTHER])
    work()
    assert status(cast, cast.amara, nobody).people == 0
    with pytest.raises(InvalidSearch):
        start(cast, cast.amara, types=["Practitioner"])


def test_it_belongs_to_who_asked_until_it_is_deleted(cast: Cast) -> None:
    export = start(cast, cast.amara)
    work()
    for somebody in (cast.doctor, cast.guardian):
        with pytest.raises(UnknownExport):
            status(cast, somebody, export)
        with pytest.raises(UnknownExport):
            services.delete_export(caller=somebody, tenant=cast.hospital.id, export=export)
    services.delete_export(caller=cast.amara, tenant=cast.hospital.id, export=export)
    with pytest.raises(UnknownExport):
        lines(cast, cast.amara, export)
    with tenant_scope(cast.hospital.id):
        assert not ExportPart.objects.exists()


def test_it_is_deleted_after_a_day(cast: Cast, administrator: Any) -> None:
    export = start(cast, cast.amara)
    work()
    administrator.execute("UPDATE records_export SET asked = asked - interval '25 hours'")
    with pytest.raises(UnknownExport):
        status(cast, cast.amara, export)
    assert exports.expire_exports(cast.hospital.id) == 1
    with tenant_scope(cast.hospital.id):
        assert not ExportPart.objects.exists()


def test_a_record_that_was_changed_is_left_out_and_said(cast: Cast, administrator: Any) -> None:
    with as_attacker(administrator) as attacker:
        attacker.execute(
            f"UPDATE records_version SET sealed = {FLIP} WHERE fhir_id = %s", [f"{PATIENT}-ldl-1"]
        )
    export = start(cast, cast.amara, types=["Observation"])
    work()
    found = status(cast, cast.amara, export)
    assert found.counts == {"Observation": 3}
    assert found.errors == [(PATIENT, exporting.TAMPERED)]


def test_the_policy_of_a_tenant_lets_nobody_export(cast: Cast) -> None:
    with tenant_scope(cast.hospital.id):
        set_base_policy(variant="opt-out-treatment", actor=cast.administrator.user)
    export = start(cast, cast.doctor)
    work()
    assert status(cast, cast.doctor, export).counts == {}


def test_the_notice_of_42_cfr_part_2_goes_with_an_export_to_anybody_but_the_patient(cast: Cast) -> None:
    def noted(caller: Caller) -> bool:
        export = start(cast, caller)
        work()
        return services.export_is_under_notice(
            caller=caller, tenant=cast.hospital.id, export=export, type="Observation"
        )

    sharing(cast, "lab-results")
    assert not noted(cast.doctor)
    cast.grant(cast.doctor, "lab-results", actions=("read", "export"), redisclosure=True)
    assert noted(cast.doctor)
    assert not noted(cast.amara)
