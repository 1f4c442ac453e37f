"""Appending: inside the caller's transaction or not at all, and what was said of it is signed."""

import threading
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from ledger import pseudonyms, selectors, services
from ledger.errors import AppendRefused, LogExists, ReadOnlyLog, ScopeError, UnknownEntry, UnknownType
from ledger.note import parse_vkey
from ledger.promise import open_promise
from ledger.scope import tenant_scope
from tests.ledger.logbook import Logbook

WAITING = "SELECT count(*) FROM ledger_submission WHERE tenant_id = %s"


def waiting(log: Logbook) -> int:
    ((count,),) = log.rows(WAITING, log.tenant)
    return int(count)


def test_an_entry_waits_until_it_is_sequenced_and_then_until_it_is_signed(log: Logbook) -> None:
    patient = uuid4()
    promise = log.append(patient, audit={"action": "read"})
    states = [log.entry(promise).state]
    log.sequence()
    states.append(log.entry(promise).state)
    log.sign()
    states.append(log.entry(promise).state)
    assert states == ["pending", "sequenced", "checkpointed"]
    assert (log.entry(promise).index, log.entry(promise).audit["action"]) == (0, "read")


def test_a_rollback_leaves_no_submission(log: Logbook) -> None:
    with pytest.raises(RuntimeError), tenant_scope(log.tenant):
        promise = log.append(uuid4())
        raise RuntimeError
    assert waiting(log) == 0
    with pytest.raises(UnknownEntry):
        log.entry(promise)


def test_outside_a_scope_nothing_is_appended(log: Logbook) -> None:
    with pytest.raises(ScopeError):
        services.append(type="access.permitted", actor=None, subject=None, audit={})
    assert waiting(log) == 0


def test_a_type_that_no_app_declared_is_refused(log: Logbook) -> None:
    with pytest.raises(UnknownType):
        log.append(type="access.invented")
    assert waiting(log) == 0


def test_an_organisation_without_a_log_can_do_nothing(log: Logbook) -> None:
    with pytest.raises(AppendRefused), tenant_scope(uuid4()):
        services.append(type="access.permitted", actor=None, subject=None, audit={})


def test_a_read_only_log_takes_nothing_from_the_next_transaction_on(log: Logbook) -> None:
    log.append()
    log.tamper("UPDATE ledger_log SET read_only = true WHERE tenant_id = %s", log.tenant)
    with pytest.raises(ReadOnlyLog):
        log.append()
    assert waiting(log) == 1


def test_a_database_that_fails_refuses_the_entry_and_with_it_what_it_records(log: Logbook) -> None:
    log.superuser.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'; END $$;"
        "CREATE TRIGGER refuse BEFORE INSERT ON ledger_submission EXECUTE FUNCTION refuse()"
    )
    try:
        with pytest.raises(AppendRefused):
            log.append(uuid4())
    finally:
        log.superuser.execute("DROP FUNCTION refuse CASCADE")
    assert waiting(log) == 0


def test_the_promise_is_signed_and_names_the_body_that_is_stored(log: Logbook) -> None:
    promise = log.append(uuid4())
    opened = open_promise(promise.header(), [parse_vkey(log.status().log.promise_vkey)])
    ((digest,),) = log.rows("SELECT sha256(body) FROM ledger_submission WHERE id = %s", opened.id)
    assert opened.digest == digest
    assert opened.log == log.status().origin


def test_nothing_that_was_written_stands_in_the_clear(log: Logbook) -> None:
    patient = uuid4()
    log.append(patient, actor=uuid4(), audit={"reason": "HIV positive"}, inputs={"label": "HIV"})
    ((row,),) = log.rows("SELECT s::text FROM ledger_submission s WHERE tenant_id = %s", log.tenant)
    ((body,),) = log.rows("SELECT body FROM ledger_submission WHERE tenant_id = %s", log.tenant)
    assert b"HIV" not in body
    assert str(patient) not in row


def test_a_person_has_one_name_in_a_log_and_another_one_elsewhere(log: Logbook, other_log: Logbook) -> None:
    patient = uuid4()
    first, second = log.append(patient), log.append(patient, type="access.denied")
    elsewhere = other_log.append(patient)
    assert log.entry(first).subject == log.entry(second).subject
    assert log.entry(first).subject != other_log.entry(elsewhere).subject


def test_a_name_drawn_in_a_transaction_that_failed_is_not_used_again(log: Logbook) -> None:
    patient = uuid4()
    with tenant_scope(log.tenant):
        with pytest.raises(RuntimeError), transaction.atomic():
            drawn = pseudonyms.name_of(patient)
            raise RuntimeError
        assert pseudonyms.find(patient) is None
        kept = pseudonyms.name_of(patient)
        assert pseudonyms.find(patient) == kept != drawn
    assert log.entry(log.append(patient)).subject == kept


def test_writers_that_meet_a_person_at_once_agree_on_the_name(log: Logbook) -> None:
    patient, gate, failures = uuid4(), threading.Barrier(4), list[Exception]()

    def meet() -> None:
        try:
            gate.wait()
            log.append(patient)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=meet) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    names = log.rows("SELECT DISTINCT subject FROM ledger_submission WHERE tenant_id = %s", log.tenant)
    assert len(names) == 1
    assert log.drain() == 4
    assert log.finding() == ("", None)


def test_a_body_whose_digest_is_not_its_own_is_not_stored(log: Logbook) -> None:
    with pytest.raises(Exception, match="ledger_submission_digest"), tenant_scope(log.tenant):
        connection.cursor().execute(
            "INSERT INTO ledger_submission (tenant_id, id, type, actor, time, digest, body)"
            " VALUES (%s, %s, 'access.permitted', 'system', now(), %s, %s)",
            [log.tenant, uuid4(), bytes(32), b"body"],
        )


def test_a_name_or_an_organisation_has_one_log(log: Logbook) -> None:
    for tenant, name in ((log.tenant, "another-name"), (uuid4(), log.name)):
        with pytest.raises(LogExists):
            services.open_log(tenant=tenant, name=name)
    assert [each.tenant_id for each in selectors.logs() if each.name == log.name] == [log.tenant]


def test_a_log_whose_opening_was_rolled_back_cannot_be_written_to(log: Logbook) -> None:
    tenant = uuid4()
    with pytest.raises(RuntimeError), transaction.atomic():
        services.open_log(tenant=tenant, name=f"rolled-back-{tenant.hex[:8]}")
        raise RuntimeError
    with pytest.raises(AppendRefused), tenant_scope(tenant):
        services.append(type="access.permitted", actor=None, subject=None, audit={})


def test_the_persons_history_is_newest_first_with_what_waits_ahead(log: Logbook) -> None:
    patient = uuid4()
    first, second = log.append(patient), log.append(patient, type="access.denied")
    log.drain()
    third = log.append(patient)
    with tenant_scope(log.tenant):
        history = selectors.subject_entries(subject=patient)
        denied = selectors.subject_entries(subject=patient, types=["access.denied"])
        older = selectors.subject_entries(subject=patient, before=1)
        nobody = selectors.subject_entries(subject=UUID(int=0))
    assert [each.id for each in history] == [each.promise.id for each in (third, second, first)]
    assert [each.id for each in denied] == [second.promise.id]
    assert [each.id for each in older] == [first.promise.id]
    assert nobody == []


def test_an_entry_whose_columns_were_changed_is_listed_and_not_opened(log: Logbook) -> None:
    promise = log.append(uuid4())
    log.drain()
    assert log.entry(promise).readable
    for column, value in (("type", "access.denied"), ("leaf", b"{}"), ("body", b"x")):
        log.tamper(f"UPDATE ledger_entry SET {column} = %s WHERE tenant_id = %s", value, log.tenant)
        assert (log.entry(promise).readable, log.entry(promise).audit) == (False, {})


def test_an_auditor_finds_entries_by_time_person_and_type(log: Logbook) -> None:
    patient = uuid4()
    log.write(5, [patient, None])
    log.drain()
    log.write(5, [None, patient])
    log.drain()
    with tenant_scope(log.tenant):
        everything = selectors.search_entries()
        turn = everything[4].time
        found = {
            "since": selectors.search_entries(since=turn),
            "until": selectors.search_entries(until=turn),
            "person": selectors.search_entries(subject=patient, until=turn),
            "page": selectors.search_entries(before_index=2),
            "type": selectors.search_entries(types=["access.denied"]),
        }
    indices = {name: [each.index for each in entries] for name, entries in found.items()}
    assert indices == {
        "since": [9, 8, 7, 6, 5],
        "until": [4, 3, 2, 1, 0],
        "person": [4, 2, 0],
        "page": [1, 0],
        "type": [],
    }


SUBMIT = (
    "INSERT INTO ledger_submission (tenant_id, id, type, actor, subject, time, digest, body)"
    " VALUES (%s, %s, %s, %s, %s, now(), sha256('x'), 'x')"
)


@pytest.mark.parametrize(
    ("type_", "actor", "subject"),
    [
        ("access.permitted", "a" * 39, None),
        ("access.permitted", "A" * 40, None),
        ("access.permitted", "a" * 39 + "\n", None),
        ("access.permitted", "nobody", None),
        ("access.permitted", "system", "system"),
        ("access.permitted", "system", "g" * 40),
        ("access.permitted", "system", ""),
        ("Access.permitted", "system", None),
        ("access.", "system", None),
        ("access.permitted.twice", "system", None),
    ],
)
def test_the_database_refuses_names_that_no_leaf_may_hold(
    log: Logbook, type_: str, actor: str, subject: str | None
) -> None:
    with (
        pytest.raises(IntegrityError, match="ledger_submission_names"),
        tenant_scope(log.tenant),
        connection.cursor() as cursor,
    ):
        cursor.execute(SUBMIT, [log.tenant, uuid4(), type_, actor, subject])
    assert waiting(log) == 0
