"""A log whose sequencer stands still takes no more after a while, and goes on by itself."""

from uuid import uuid4

import pytest
from django.core.management import call_command
from pytest_django import Settings

from ledger import back_pressure, services
from ledger.errors import LogOverdue
from ledger.scope import party_scope
from ledger.sequencer import raise_alarm
from tests.ledger.logbook import Logbook
from tests.statements import statements

OLDER = "UPDATE ledger_submission SET time = time - make_interval(secs => %s) WHERE tenant_id = %s"


@pytest.fixture(autouse=True)
def asks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back_pressure, "SECONDS", 0.0)


def test_what_has_waited_too_long_lets_nothing_follow_until_it_is_sequenced(log: Logbook) -> None:
    log.write(3)
    log.tamper(OLDER, 600, log.tenant)
    log.append()
    log.tamper(OLDER, 301, log.tenant)
    for _ in range(2):
        with pytest.raises(LogOverdue, match="Nothing was done"):
            log.append()
    assert log.status().backlog == 4
    assert log.drain() == 4
    log.append()
    assert log.drain() == 1
    assert log.finding() == ("", None)


def test_one_log_does_not_stand_in_the_way_of_another(log: Logbook, other_log: Logbook) -> None:
    log.append()
    log.tamper(OLDER, 901, log.tenant)
    other_log.append()
    person = uuid4()
    tenants = sorted((log.tenant, other_log.tenant))
    drafts = [services.Draft(tenant, "access.permitted", person, person, {}) for tenant in tenants]
    with pytest.raises(LogOverdue), party_scope(person):
        services.append_each(drafts)
    assert (log.status().backlog, other_log.status().backlog) == (1, 1)
    log.drain()
    with party_scope(person):
        services.append_each(drafts)
    assert (log.status().backlog, other_log.status().backlog) == (1, 2)


def test_an_alarm_that_stood_for_long_can_be_ended(log: Logbook) -> None:
    log.filled(2)
    log.append()
    log.tamper(OLDER, 901, log.tenant)
    raise_alarm(log.session, log.tenant, "tree-broken", read_only=True)
    call_command("clear_alarm", tenant=log.name, reason="The disk was full; space was made.")
    with pytest.raises(LogOverdue):
        log.append()
    log.drain()
    log.append()
    log.drain()
    assert log.finding() == ("", None)
    assert (log.status().log.alarm, log.status().entries) == ("", 5)


def test_without_a_limit_everything_waits(log: Logbook, settings: Settings) -> None:
    settings.ASSENT_LONGEST_WAIT = 0
    log.append()
    log.tamper(OLDER, 100_000, log.tenant)
    log.append()
    assert log.status().backlog == 2


def test_a_submission_that_conflicts_waits_for_a_person_and_holds_nobody_up(log: Logbook) -> None:
    log.append()
    log.tamper(OLDER, 901, log.tenant)
    log.tamper("UPDATE ledger_submission SET conflict = true WHERE tenant_id = %s", log.tenant)
    log.append()
    assert log.drain() == 1


def test_it_is_asked_once_a_second_and_after_a_refusal_each_time(
    log: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(back_pressure, "SECONDS", 3600.0)
    back_pressure.ask_again(log.tenant)
    log.append()
    log.tamper(OLDER, 901, log.tenant)
    log.append()  # not asked
    back_pressure.ask_again(log.tenant)
    for _ in range(2):
        with pytest.raises(LogOverdue):
            log.append()


def test_it_costs_no_statement(log: Logbook) -> None:
    log.append()
    with statements() as asked:
        log.append()
    assert [text.split()[0] for text in asked] == ["INSERT"]
