"""Several logs by one call: each entry stands in its own, under its own organisation's policies, or none does."""

from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection

from ledger import selectors, services
from ledger.errors import ReadOnlyLog, ScopeError, SubjectErased
from ledger.promise import SignedPromise
from ledger.scope import TENANT, party_scope, tenant_scope
from tests.ledger.logbook import Logbook

WAITING = "SELECT count(*) FROM ledger_submission WHERE tenant_id = ANY(%s)"
TYPE = "access.permitted"


def drafts(person: UUID, *logs: Logbook) -> list[services.Draft]:
    tenants = sorted(each.tenant for each in logs)
    return [services.Draft(tenant, TYPE, person, person, {"number": 1}) for tenant in tenants]


def append(person: UUID, *logs: Logbook) -> dict[UUID, SignedPromise]:
    wanted = drafts(person, *logs)
    with party_scope(person):
        return {
            draft.tenant: promise for draft, promise in zip(wanted, services.append_each(wanted), strict=True)
        }


def waiting(*logs: Logbook) -> int:
    ((count,),) = logs[0].rows(WAITING, [each.tenant for each in logs])
    return int(count)


def test_each_log_takes_its_own_entry_and_stays_whole(log: Logbook, other_log: Logbook) -> None:
    person = uuid4()
    promises = [append(person, log, other_log) for _ in range(2)][-1]
    assert waiting(log, other_log) == 4
    for each in (log, other_log):
        assert each.drain() == 2
        assert each.finding() == ("", None)
        assert each.entry(promises[each.tenant]).audit["number"] == 1
        assert promises[each.tenant].promise.log == each.status().origin
    names = {each.entry(promises[each.tenant]).subject for each in (log, other_log)}
    assert len(names) == 2, "a person is called otherwise in each log"


def test_where_one_log_takes_nothing_none_does(log: Logbook, other_log: Logbook) -> None:
    person = uuid4()
    append(person, log, other_log)
    for closed in (log, other_log):
        log.tamper("UPDATE ledger_log SET read_only = (tenant_id = %s)", closed.tenant)
        with pytest.raises(ReadOnlyLog):
            append(person, log, other_log)
    assert waiting(log, other_log) == 2


def test_about_somebody_who_was_erased_at_one_place_nothing_is_written(
    log: Logbook, other_log: Logbook
) -> None:
    person = uuid4()
    append(person, log, other_log)
    log.superuser.execute(
        "INSERT INTO ledger_erasure (tenant_id, party, erased) VALUES (%s, %s, true)",
        [other_log.tenant, person],
    )
    with pytest.raises(SubjectErased):
        append(person, log, other_log)
    assert waiting(log, other_log) == 2


def test_it_is_done_in_the_scope_of_a_party_and_of_no_organisation(log: Logbook, other_log: Logbook) -> None:
    person = uuid4()
    append(person, log)
    with pytest.raises(ScopeError):
        services.append_each(drafts(person, log, other_log))
    with pytest.raises(ScopeError), party_scope(person), tenant_scope(log.tenant):
        services.append_each(drafts(person, log, other_log))
    asked = {log.tenant: None}
    with pytest.raises(DatabaseError, match="scope of a tenant is open"), tenant_scope(other_log.tenant):
        selectors.subject_entries_each(subject=person, before=asked, types=[TYPE], limit=9)
    with party_scope(person), connection.cursor() as cursor:
        selectors.subject_entries_each(subject=person, before=asked, types=[TYPE], limit=9)
        cursor.execute("SELECT current_setting(%s, true)", [TENANT])
        assert cursor.fetchone() == ("",), "no organisation's scope is left open"


def test_only_the_app_may_call_and_nothing_is_done_with_more_rights_than_its_own(log: Logbook) -> None:
    functions = log.rows(
        "SELECT proname, prosecdef, has_function_privilege('assent_app', oid, 'EXECUTE'),"
        " has_function_privilege('assent_sequencer', oid, 'EXECUTE') FROM pg_proc WHERE proname = ANY(%s)",
        ["ledger_append_each", "ledger_subject_entries_each"],
    )
    assert len(functions) == 2
    assert all(row[1:] == (False, True, False) for row in functions)


def test_the_entries_about_a_person_are_those_that_each_log_gives(log: Logbook, other_log: Logbook) -> None:
    person = uuid4()
    for each in (log, other_log):
        each.append(person)
        each.append(person, type="access.denied")
        each.append(uuid4())
        each.drain()
        each.append(person)
    for types in ([TYPE], [TYPE, "access.denied"]):
        for bounds in ((None, None), (1, None), (0, 1)):
            before = dict(zip((log.tenant, other_log.tenant), bounds, strict=True))
            with party_scope(person):
                found = selectors.subject_entries_each(subject=person, before=before, types=types, limit=2)
            for tenant, bound in before.items():
                with tenant_scope(tenant):
                    alone = selectors.subject_entries(subject=person, before=bound, types=types, limit=2)
                assert found[tenant] == alone
    with party_scope(person):
        unknown = selectors.subject_entries_each(subject=uuid4(), before=before, types=[TYPE], limit=2)
    assert unknown == {log.tenant: [], other_log.tenant: []}
