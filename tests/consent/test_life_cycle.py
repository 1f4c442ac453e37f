"""What a contract becomes after it was granted: used up, suspended, replaced, signed twice."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from consent import services, sources
from consent.errors import (
    ClockBehind,
    ContractEnded,
    ContractNotWaiting,
    PeriodError,
    SignatureRefused,
    UnknownContract,
)
from consent.facts import Decision
from consent.grantee import Grantee, Named
from consent.models import Contract
from consent.signature import Signature
from ledger.sequencing import drain
from tests.consent import cast
from tests.consent.deciding import accessed
from tests.consent.doings import entries, granted, reads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("logs")]
COSIGNED = Signature("reauthenticated", cast.GUARDIAN)


def uses(**changes: Any) -> Decision:
    """An access, as the floor above makes it: decided, entered, counted."""
    decisions = accessed(**changes)
    services.count_uses(person=cast.PATIENT, decisions=decisions)
    return next(iter(decisions.by_group.values()))


def state_of(contract: Contract) -> str:
    return str(Contract.objects.get(id=contract.id).state)


def test_the_last_use_ends_a_contract() -> None:
    with cast.at_st_mary():
        contract = granted(uses=2)
        assert [uses().permitted for _ in range(3)] == [True, True, False]
        assert state_of(contract) == "expired"
    drain()
    assert [entry.type for entry in entries()][:4] == [
        "access.denied",
        "contract.expired",
        "access.permitted",
        "access.permitted",
    ]


def test_looking_without_an_entry_uses_nothing_up() -> None:
    with cast.at_st_mary():
        granted(uses=1)
        assert [reads().permitted for _ in range(3)] == [True, True, True]


def test_a_use_is_not_counted_where_another_contract_permits_the_same() -> None:
    with cast.at_st_mary():
        counted = granted(uses=1)
        granted(categories=["lab-results", "visits"])
        assert [uses().permitted for _ in range(2)] == [True, True]
        assert state_of(counted) == "active"


def test_too_many_uses_a_day_suspend_a_contract_until_the_patient_resumes_it() -> None:
    with cast.at_st_mary():
        contract = granted(suspend_above=2)
        assert [uses().permitted for _ in range(4)] == [True, True, True, False]
        assert state_of(contract) == "suspended"
        services.resume(contract=contract.id, actor=cast.PATIENT_USER, person=cast.PATIENT)
        assert state_of(contract) == "active"
    drain()
    found = [entry for entry in entries() if entry.type in {"contract.suspended", "contract.activated"}]
    assert [entry.audit.get("why") for entry in found] == ["resumed", "threshold", None]


def test_a_contract_that_takes_the_place_of_another_ends_it() -> None:
    with cast.at_st_mary():
        former = granted()
        terms = cast.terms(ends=cast.in_a_year(), categories=["visits"])
        new = services.grant(
            person=cast.PATIENT,
            grantor=cast.PATIENT_USER,
            terms=terms,
            signature=cast.SIGNED,
            display=cast.DISPLAY,
            supersedes=former.id,
        )
        assert (state_of(former), state_of(new)) == ("superseded", "active")
        assert not reads().permitted
        assert reads(cast.record("visits")).permitted
        with pytest.raises(ContractEnded):
            services.revoke(contract=former.id, actor=cast.PATIENT_USER, person=cast.PATIENT)


@pytest.mark.parametrize("effect", ["permit", "deny"])
@pytest.mark.parametrize("step", [services.grant, services.propose])
def test_what_takes_the_place_of_a_contract_leaves_no_time_between_them(effect: str, step: Any) -> None:
    with cast.at_st_mary():
        former = granted(effect=effect)
        terms = cast.terms(ends=cast.in_a_year(), starts=cast.in_a_year() - timedelta(days=9))
        signed = {"signature": cast.SIGNED} if step is services.grant else {}
        with pytest.raises(PeriodError):
            step(
                person=cast.PATIENT,
                grantor=cast.PATIENT_USER,
                terms=terms,
                display=cast.DISPLAY,
                supersedes=former.id,
                **signed,
            )
        assert state_of(former) == "active"


def test_a_contract_waits_for_its_second_signature() -> None:
    with cast.at_st_mary():
        contract = granted(cosigner=cast.GUARDIAN)
        assert state_of(contract) == "signed"
        assert not reads().permitted
        for signature, cosigner in ((cast.SIGNED, cast.GUARDIAN), (COSIGNED, cast.OUTSIDER)):
            with pytest.raises((SignatureRefused, UnknownContract)):
                services.cosign(contract=contract.id, signature=signature, cosigner=cosigner)
        services.cosign(contract=contract.id, signature=COSIGNED, cosigner=cast.GUARDIAN)
        assert reads().permitted
        with pytest.raises(ContractNotWaiting):
            services.cosign(contract=contract.id, signature=COSIGNED, cosigner=cast.GUARDIAN)


def test_what_waits_for_a_second_signature_leaves_the_former_contract_in_force() -> None:
    with cast.at_st_mary():
        former = granted()
        terms = cast.terms(ends=cast.in_a_year(), cosigner=cast.GUARDIAN, categories=["visits"])
        new = services.grant(
            person=cast.PATIENT,
            grantor=cast.PATIENT_USER,
            terms=terms,
            signature=cast.SIGNED,
            display=cast.DISPLAY,
            supersedes=former.id,
        )
        assert reads().permitted
        services.cosign(contract=new.id, signature=COSIGNED, cosigner=cast.GUARDIAN)
        assert state_of(former) == "superseded"


def test_the_custodian_suspends_a_guardian_and_nobody_else() -> None:
    with cast.at_st_mary():
        guardian = Grantee("person", cast.GUARDIAN)
        contract = granted(grantee=guardian, actions=["read", "manage_consent"], purposes=["PATRQT"])
        services.suspend(contract=contract.id, actor=cast.PRIVACY_OFFICER)
        with pytest.raises(ContractNotWaiting):
            services.resume(contract=contract.id, actor=cast.PATIENT_USER, person=cast.PATIENT)
        services.resume(contract=contract.id, actor=cast.PRIVACY_OFFICER)
        assert state_of(contract) == "active"
        with pytest.raises(UnknownContract):
            services.suspend(contract=granted().id, actor=cast.PRIVACY_OFFICER)


def test_a_contract_with_a_team_or_a_group_reaches_who_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    team, group = UUID(int=71), UUID(int=81)
    with cast.at_st_mary():
        granted(grantee=Grantee("team", team))
        granted(grantee=Grantee("group", group), categories=["visits"])
        assert not reads().permitted
        here = sources.Parties(frozenset({team}), frozenset({group}))
        monkeypatch.setattr(sources, "_party_sources", [lambda actor, organisation: here])
        assert reads().permitted
        assert reads(cast.record("visits")).permitted


def test_a_contract_holds_only_while_something_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    with cast.at_st_mary():
        granted(during=["appointment", "referral"])
        assert not reads().permitted
        for open_now, permitted in (({"admission"}, False), ({"referral"}, True)):
            monkeypatch.setattr(sources, "_open_sources", [lambda p, o, now=open_now: frozenset(now)])
            assert reads().permitted is permitted


def test_a_contract_may_name_one_record() -> None:
    with cast.at_st_mary():
        granted(records=[Named("instance", "Observation/1")])
        asked = [cast.record(key="1"), cast.record(key="2")]
        decisions = services.decide(request=cast.asks(), resources=asked)
        assert [decisions.of(one).permitted for one in asked] == [True, False]


def test_a_clock_that_went_back_permits_and_changes_nothing() -> None:
    with cast.at_st_mary():
        contract = granted()
        with connection.cursor() as cursor:
            later = cast.in_a_year() - timedelta(days=1)
            cursor.execute("UPDATE consent_epoch SET number = number + 1, changed_at = %s", [later])
        assert (reads().permitted, reads().layer) == (False, "engine")
        with pytest.raises(ClockBehind):
            services.revoke(contract=contract.id, actor=cast.PATIENT_USER, person=cast.PATIENT)
