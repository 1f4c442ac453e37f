"""An alarm ends only by an operator's word, and only of a log that holds."""

import pytest
from django.core.management import CommandError, call_command

from ledger import selectors
from ledger.errors import ReadOnlyLog
from ledger.sequencer import raise_alarm
from tests.ledger.logbook import Logbook

pytestmark = pytest.mark.django_db(transaction=True)


def clear(log: Logbook) -> None:
    call_command("clear_alarm", tenant=log.name, reason="The disk was full; space was made.")


def test_a_read_only_log_that_holds_takes_entries_again_and_says_why(log: Logbook) -> None:
    log.filled(5)
    raise_alarm(log.session, log.tenant, "tree-broken", read_only=True)
    with pytest.raises(ReadOnlyLog):
        log.append()
    clear(log)
    assert (log.status().log.alarm, log.status().log.read_only) == ("", False)
    log.drain()
    (entry,) = cleared(log)
    assert entry.audit["alarm"] == "tree-broken"
    assert entry.audit["reason"] == "The disk was full; space was made."
    assert log.finding() == ("", None)


def test_what_waited_behind_the_alarm_does_not_keep_it_standing(log: Logbook) -> None:
    log.filled(3)
    log.append()
    raise_alarm(log.session, log.tenant, "tree-broken", read_only=True)
    log.tamper("UPDATE ledger_submission SET time = time - interval '1 day' WHERE tenant_id = %s", log.tenant)
    assert log.finding() == ("submission-stale", None)
    clear(log)
    log.drain()
    assert [entry.audit["alarm"] for entry in cleared(log)] == ["tree-broken"]
    assert log.finding() == ("", None)


def test_the_alarm_of_a_log_that_does_not_hold_stands(log: Logbook) -> None:
    log.filled(5)
    raise_alarm(log.session, log.tenant, "tree-broken", read_only=True)
    log.tamper("UPDATE ledger_entry SET body = body || 'x' WHERE tenant_id = %s AND index = 2", log.tenant)
    with pytest.raises(CommandError, match="does not hold"):
        clear(log)
    assert (log.status().log.alarm, log.status().log.read_only) == ("tree-broken", True)


def test_a_log_without_an_alarm_is_left_alone(log: Logbook) -> None:
    log.filled(5)
    with pytest.raises(CommandError, match="no alarm"):
        clear(log)
    assert cleared(log) == []


def cleared(log: Logbook) -> list[selectors.Entry]:
    from ledger.scope import tenant_scope

    with tenant_scope(log.tenant):
        return selectors.search_entries(types=["alarm.cleared"])
