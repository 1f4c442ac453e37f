"""Decisions under what the database holds: at its clock, in order with every change, and never by altered code."""

import threading
import time
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import OperationalError, connection

from consent import services
from consent.errors import UnknownBasePolicy, WrongCustodian
from consent.facts import Decision
from consent.policy_sets import standing_code
from consent.services import decisions, stored_code
from consent.terms import Grantee
from ledger.canonical import canonical, parse_canonical
from ledger.errors import ScopeError
from ledger.scope import tenant_scope
from ledger.selectors import search_entries
from ledger.sequencing import drain
from tests.consent import cast
from tests.consent.doings import entries, granted, granted_and_over, reads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("logs")]


@pytest.fixture
def forgetful() -> Iterator[None]:
    """Stored code is read and checked again, as after a restart."""
    for kept in (stored_code.contract_code, stored_code.base_code):
        kept.cache_clear()
    yield
    for kept in (stored_code.contract_code, stored_code.base_code):
        kept.cache_clear()


def read_by_own_doctor() -> Decision:
    return reads(actor=cast.DOCTOR, organisation=cast.ST_MARY)


def test_without_any_contract_everything_is_refused() -> None:
    with cast.at_st_mary():
        decision = reads()
    assert (decision.permitted, decision.layer, decision.code) == (False, "base", "no-permit")


def test_a_person_may_read_her_own_record() -> None:
    with cast.at_st_mary():
        decision = reads(
            actor=cast.PATIENT_USER, organisation=None, role="patient", purpose="PATRQT", is_self=True
        )
    assert (decision.permitted, decision.layer) == (True, "law")


def test_one_decision_serves_all_records_that_are_alike() -> None:
    records = [cast.record(key=str(number)) for number in range(50)] + [cast.record("visits", key="v")]
    with cast.at_st_mary():
        granted()
        decisions = services.decide(request=cast.asks(), resources=records)
    assert len(decisions.by_group) == 2
    assert sum(decision.permitted for decision in decisions.by_resource.values()) == 50


def test_the_evidence_is_canonical_and_counts_the_persons_changes() -> None:
    with cast.at_st_mary():
        before = services.decide(request=cast.asks(), resources=[cast.record()])
        contract = granted()
        after = services.decide(request=cast.asks(), resources=[cast.record()])
    assert parse_canonical(canonical(dict(after.inputs))) == after.inputs
    assert (before.inputs["epoch"], after.inputs["epoch"]) == (0, 1)
    assert (before.inputs["code"]["contract"], after.inputs["code"]["contract"]) == ([], [contract.code_hash])
    assert before.at < contract.activated_at < after.at  # type: ignore[operator]


def test_only_contracts_that_can_bear_on_the_actor_are_fetched() -> None:
    with cast.at_st_mary():
        granted(grantee=Grantee("practitioner", cast.OUTSIDER))
        granted(person=cast.NEIGHBOUR)
        granted_and_over()
        mine, ours = granted(), granted(grantee=Grantee("organisation", cast.RIVERSIDE))
        decisions = services.decide(request=cast.asks(), resources=[cast.record()])
    assert decisions.inputs["code"]["contract"] == sorted([mine.code_hash, ours.code_hash])


def test_a_contract_permits_up_to_the_microsecond_of_its_end_and_not_at_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with cast.at_st_mary():
        contract = granted(starts=cast.in_a_year() - timedelta(days=2))
        for boundary, before, at in ((contract.starts, False, True), (contract.ends, True, False)):
            assert boundary is not None
            assert decided_at(boundary - timedelta(microseconds=1)).permitted is before
            assert decided_at(boundary).permitted is at


def decided_at(instant: Any) -> Decision:
    """The same facts as the service finds, at another instant."""
    from consent import engine

    in_force = services.circumstances(request=cast.asks()).in_force
    return engine.decide(cast.asks(), [cast.record()], in_force, now=instant).of(cast.record())


def test_another_organisations_contracts_do_not_count() -> None:
    with tenant_scope(cast.RIVERSIDE):
        granted(custodian=cast.RIVERSIDE)
        assert reads(custodian=cast.RIVERSIDE).permitted
    with cast.at_st_mary():
        assert not reads().permitted


def test_records_of_another_custodian_are_not_decided_upon() -> None:
    with pytest.raises(WrongCustodian), cast.at_st_mary():
        reads(custodian=cast.RIVERSIDE)
    with pytest.raises(ScopeError):
        reads()


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("cedar", '@id("1") permit (principal, action, resource);'),
        ("cedar", "permit everything"),
        ("sentence", "Nothing is shared."),
        ("terms", "{}"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_code_altered_by_a_superuser_permits_nothing(
    administrator: psycopg.Connection[Any], column: str, value: str
) -> None:
    with cast.at_st_mary():
        contract = granted()
        assert reads().permitted
    administrator.execute("SET session_replication_role = replica")
    administrator.execute(f"UPDATE consent_contract SET {column} = %s WHERE id = %s", [value, contract.id])
    stored_code.contract_code.cache_clear()
    with cast.at_st_mary():
        decision = reads()
    assert (decision.permitted, decision.layer, decision.code) == (False, "engine", "engine-error")


@pytest.mark.parametrize(
    "change", [f"grantee = '{cast.OUTSIDER}'", "ends = now()", "terms = '{}', grantee = grantor"]
)
@pytest.mark.django_db(transaction=True)
def test_a_refusal_that_a_superuser_hid_is_not_passed_over(
    administrator: psycopg.Connection[Any], change: str
) -> None:
    with cast.at_st_mary():
        granted()
        refusal = granted(effect="deny")
        assert reads().layer == "contract"
    administrator.execute("SET session_replication_role = replica")
    administrator.execute(f"UPDATE consent_contract SET {change} WHERE id = %s", [refusal.id])
    with cast.at_st_mary():
        decision = reads()
    assert (decision.permitted, decision.layer, decision.code) == (False, "engine", "engine-error")


@pytest.mark.usefixtures("forgetful")
@pytest.mark.django_db(transaction=True)
def test_a_base_policy_that_no_tenant_can_set_decides_nothing(
    administrator: psycopg.Connection[Any],
) -> None:
    with cast.at_st_mary():
        services.set_base_policy(variant="opt-out-treatment", actor=cast.ADMINISTRATOR)
        assert read_by_own_doctor().permitted
    anything = '@id("1")\npermit (principal, action, resource);\n'
    administrator.execute("SET session_replication_role = replica")
    administrator.execute(
        "UPDATE consent_basepolicy SET cedar = %s, code_hash = %s",
        [anything, standing_code("base", anything).hash],
    )
    with cast.at_st_mary():
        decision = read_by_own_doctor()
    assert (decision.permitted, decision.layer, decision.code) == (False, "engine", "engine-error")


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_lost_is_the_databases_error(
    administrator: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever cursor asks: a face answers that by "unavailable"."""

    def cut_off(person: UUID, custodians: Collection[UUID]) -> None:
        administrator.execute(
            "SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid]
        )

    monkeypatch.setattr(decisions, "decision_about", cut_off)
    with pytest.raises(OperationalError), cast.at_st_mary():
        reads()


@pytest.mark.django_db(transaction=True)
def test_a_base_policy_is_versioned_and_entered() -> None:
    with cast.at_st_mary():
        assert not read_by_own_doctor().permitted
        first = services.set_base_policy(variant="opt-out-treatment", actor=cast.ADMINISTRATOR)
        decision = read_by_own_doctor()
        assert (decision.permitted, decision.layer) == (True, "base")
        assert decision.clauses == (f"{first.code_hash}:1",)
        assert not reads().permitted, "a clinician of another organisation"
        assert services.set_base_policy(variant="opt-out-treatment", actor=cast.ADMINISTRATOR).version == 1
        assert services.set_base_policy(variant="deny", actor=cast.ADMINISTRATOR).version == 2
        assert not read_by_own_doctor().permitted
    drain()
    with cast.at_st_mary():
        found = search_entries(types=["policy.changed"], limit=10)
    assert [entry.audit["variant"] for entry in found] == ["deny", "opt-out-treatment"]


def test_a_patient_opts_out_of_the_base_policy() -> None:
    with cast.at_st_mary():
        services.set_base_policy(variant="opt-out-treatment", actor=cast.ADMINISTRATOR)
        granted(grantee=Grantee("organisation", cast.ST_MARY), effect="deny")
        decision = read_by_own_doctor()
    assert (decision.permitted, decision.layer, decision.code) == (False, "contract", "refused")


def test_there_is_no_other_base_policy() -> None:
    with pytest.raises(UnknownBasePolicy), cast.at_st_mary():
        services.set_base_policy(variant="anything-goes", actor=cast.ADMINISTRATOR)


@pytest.mark.django_db(transaction=True)
def test_a_revocation_waits_for_decisions_under_way_and_later_ones_for_it() -> None:
    with cast.at_st_mary():
        contract = granted()
    order: list[str] = []
    deciding = threading.Event()

    def revokes() -> None:
        deciding.wait(30)
        with cast.at_st_mary():
            services.revoke(contract=contract.id, actor=cast.PATIENT_USER)
            order.append("revoked")
        connection.close()

    revoker = threading.Thread(target=revokes)
    revoker.start()
    try:
        with cast.at_st_mary():
            assert reads().permitted
            deciding.set()
            time.sleep(0.2)
            assert reads().permitted, "what was decided holds until this transaction ends"
            order.append("read")
    finally:
        deciding.set()
        revoker.join(timeout=30)
    assert order == ["read", "revoked"]
    with cast.at_st_mary():
        assert not reads().permitted


@pytest.mark.django_db(transaction=True)
def test_no_decision_after_a_revocation_permits_however_they_race() -> None:
    with cast.at_st_mary():
        contract = granted()
    permitted: list[Any] = []
    denied: list[Any] = []
    first, ended = threading.Event(), threading.Event()

    def reader() -> None:
        while len(permitted) + len(denied) < 2000:
            over = ended.is_set()
            with cast.at_st_mary():
                decisions = services.decide(request=cast.asks(), resources=[cast.record()])
            (permitted if decisions.any_permitted else denied).append(decisions.at)
            first.set()
            if over:
                break
        connection.close()

    readers = [threading.Thread(target=reader) for _ in range(4)]
    for thread in readers:
        thread.start()
    try:
        assert first.wait(30)
        with cast.at_st_mary():
            revoked = services.revoke(contract=contract.id, actor=cast.PATIENT_USER)
    finally:
        ended.set()
        for thread in readers:
            thread.join(timeout=30)
    assert revoked.ended_at is not None
    assert permitted and max(permitted) < revoked.ended_at
    assert len(denied) >= 4 and min(denied) >= revoked.ended_at
    assert entries()[0].type == "contract.revoked"
