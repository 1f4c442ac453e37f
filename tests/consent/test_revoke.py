"""A contract that is revoked, or over, permits nothing from that instant on."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from consent import selectors, services
from consent.errors import ContractEnded, UnknownContract
from consent.tasks import tell_what_ended
from ledger.entry import SYSTEM
from ledger.errors import ReadOnlyLog
from ledger.scope import tenant_scope
from tests.consent import cast
from tests.consent.doings import entries, granted, granted_and_over, reads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("logs")]


def test_a_revocation_bites_on_the_next_decision() -> None:
    with cast.at_st_mary():
        contract = granted()
        assert reads().permitted
        revoked = services.revoke(contract=contract.id, actor=cast.PATIENT_USER, person=cast.PATIENT)
        assert not reads().permitted
    assert (revoked.state, revoked.ended_by) == ("revoked", cast.PATIENT_USER)
    newest = entries()[0]
    assert (newest.type, newest.audit["contract"]) == ("contract.revoked", str(contract.id))


def test_other_contracts_go_on() -> None:
    with cast.at_st_mary():
        first, second = granted(), granted(categories=["lab-results", "visits"])
        services.revoke(contract=first.id, actor=cast.PATIENT_USER)
        assert reads().contract == second.id


def test_a_contract_is_revoked_once() -> None:
    with cast.at_st_mary():
        contract = granted()
        services.revoke(contract=contract.id, actor=cast.PATIENT_USER)
    before = len(entries())
    with pytest.raises(ContractEnded) as caught, cast.at_st_mary():
        services.revoke(contract=contract.id, actor=cast.PATIENT_USER)
    assert (caught.value.code, caught.value.status) == ("contract-ended", 409)
    assert len(entries()) == before


@pytest.mark.parametrize(
    "who",
    [
        {"actor": cast.OUTSIDER},
        {"actor": cast.DOCTOR_ELSEWHERE},
        {"actor": cast.PATIENT_USER, "person": cast.NEIGHBOUR},
    ],
)
def test_nobody_elses_contract_can_be_revoked(who: dict[str, Any]) -> None:
    with cast.at_st_mary():
        contract = granted()
    with pytest.raises(UnknownContract) as caught, cast.at_st_mary():
        services.revoke(contract=contract.id, **who)
    assert (caught.value.code, caught.value.status) == ("unknown-contract", 404)
    with cast.at_st_mary():
        assert reads().permitted


def test_a_contract_granted_by_a_guardian_is_the_persons_to_revoke() -> None:
    with cast.at_st_mary():
        contract = granted()
        services.revoke(contract=contract.id, actor=cast.GUARDIAN, person=cast.PATIENT)
        assert not reads().permitted


def test_an_unknown_contract_cannot_be_revoked() -> None:
    with pytest.raises(UnknownContract), cast.at_st_mary():
        services.revoke(contract=uuid4(), actor=cast.PATIENT_USER)


def test_a_contract_is_not_known_at_another_organisation() -> None:
    with cast.at_st_mary():
        contract = granted()
    with pytest.raises(UnknownContract), tenant_scope(cast.RIVERSIDE):
        services.revoke(contract=contract.id, actor=cast.PATIENT_USER, person=cast.PATIENT)


def test_time_ends_a_contract_without_any_job() -> None:
    with cast.at_st_mary():
        contract = granted_and_over()
        assert selectors.contract(contract.id).state == "active"
        assert not reads().permitted
        assert selectors.who_can_see(cast.PATIENT) == []
    with pytest.raises(ContractEnded, match="expired"), cast.at_st_mary():
        services.revoke(contract=contract.id, actor=cast.PATIENT_USER)


def test_the_job_tells_of_each_contract_that_is_over_once() -> None:
    with cast.at_st_mary():
        over, running = granted_and_over(), granted()
    with tenant_scope(cast.RIVERSIDE):
        granted_and_over(custodian=cast.RIVERSIDE)
    assert services.expire_due(cast.ST_MARY) == 1
    assert services.expire_due(cast.ST_MARY) == 0
    newest = entries()[0]
    assert (newest.type, newest.audit["contract"]) == ("contract.expired", str(over.id))
    assert newest.actor == SYSTEM
    with cast.at_st_mary():
        assert selectors.contract(over.id).state == "expired"
        assert selectors.contract(running.id).state == "active"


@pytest.mark.django_db(transaction=True)
def test_a_log_that_takes_nothing_keeps_no_other_from_its_entries(
    administrator: psycopg.Connection[Any],
) -> None:
    with cast.at_st_mary():
        over = granted_and_over()
    with tenant_scope(cast.RIVERSIDE):
        granted_and_over(custodian=cast.RIVERSIDE)
    administrator.execute("UPDATE ledger_log SET read_only = true WHERE tenant_id = %s", [cast.RIVERSIDE])
    with pytest.raises(ExceptionGroup) as caught:
        tell_what_ended(0)
    assert caught.group_contains(ReadOnlyLog)
    assert entries()[0].audit["contract"] == str(over.id), (
        "although the log before it in the directory failed"
    )
    assert entries(tenant=cast.RIVERSIDE)[0].type == "contract.activated"


@pytest.mark.django_db(transaction=True)
def test_a_contract_that_cannot_be_ended_keeps_no_other_from_its_end(
    administrator: psycopg.Connection[Any],
) -> None:
    with cast.at_st_mary():
        stuck, over = granted_and_over(), granted_and_over()
        services.open_emergency(**cast.EMERGENCY, lasts=timedelta(microseconds=1))
    administrator.execute(
        "CREATE TRIGGER stuck BEFORE UPDATE ON consent_contract FOR EACH ROW"
        f" WHEN (OLD.id = '{stuck.id}') EXECUTE FUNCTION consent_refuse()"
    )
    try:
        with pytest.raises(ExceptionGroup) as caught:
            services.expire_due(cast.ST_MARY)
    finally:
        administrator.execute("DROP TRIGGER stuck ON consent_contract")
    assert len(caught.value.exceptions) == 1
    assert [entry.type for entry in entries()[:2]] == ["emergency.ended", "contract.expired"]
    assert entries()[1].audit["contract"] == str(over.id)
    assert services.expire_due(cast.ST_MARY) == 1, "it is tried again"


def test_the_job_ends_emergencies_that_are_over() -> None:
    with cast.at_st_mary():
        services.open_emergency(**cast.EMERGENCY, lasts=timedelta(microseconds=1))
    assert services.expire_due(cast.ST_MARY) == 1
    assert entries()[0].type == "emergency.ended"
    assert services.expire_due(cast.ST_MARY) == 0


def test_what_is_over_was_not_over_before() -> None:
    with cast.at_st_mary():
        soon = datetime.now(UTC) + timedelta(seconds=30)
        granted(ends=soon)
        decision = reads()
        assert decision.permitted
        assert decision.ends == soon
