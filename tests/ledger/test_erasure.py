"""Erasing a person: her keys and name are gone, nothing about her is written any more, and every proof stays valid."""

from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections

from ledger import erasure, selectors
from ledger.audit.seals import Seals
from ledger.audit.snapshot import open_snapshot
from ledger.committed import forget_all
from ledger.entry import parse_leaf
from ledger.erasure import erase_subject
from ledger.errors import LegalHold, SubjectErased, UnknownEntry, UnknownHold, UnknownKey
from ledger.holds import place_hold, release_hold, standing_holds
from ledger.note import parse_vkey
from ledger.receipt import check, parse
from ledger.scope import tenant_scope
from ledger.vault import keyring
from tests.ledger.archives import checked, exported
from tests.ledger.logbook import Logbook

pytestmark = pytest.mark.django_db(databases=["default", "sequencer", "owner"], transaction=True)
KEYS = "SELECT count(*) FROM ledger_key WHERE tenant_id = %s AND owner = %s"


@pytest.fixture
def person(log: Logbook) -> UUID:
    found = uuid4()
    log.write(30, [found, uuid4(), None])
    with tenant_scope(log.tenant):
        keyring.seal(found, "record", b"a diagnosis", {})
    log.drain()
    return found


def pseudonym(log: Logbook, person: UUID) -> str:
    with tenant_scope(log.tenant):
        return selectors.pseudonym_of(person)


def test_her_keys_and_name_are_gone_and_everything_still_verifies(log: Logbook, person: UUID) -> None:
    name = pseudonym(log, person)
    with tenant_scope(log.tenant):
        sealed = keyring.seal(person, "record", b"a diagnosis", {})
        entry = selectors.subject_entries(subject=person, limit=1)[0].id
    before = log.status()
    erased = erase_subject(tenant=log.tenant, subject=person)
    log.drain()
    assert (erased.pseudonym, erased.keys) == (name, 3)
    assert log.rows(KEYS, log.tenant, person) == [(0,)]
    with tenant_scope(log.tenant):
        assert selectors.known_pseudonym(person) is None
        with pytest.raises(UnknownKey):
            keyring.open_seal(sealed, {})
        assert (selectors.entry(entry).readable, selectors.entry(entry).audit) == (False, {})
        assert selectors.entry(erased.entry).audit["entries"] == 10  # sealed for the organisation
        receipt = selectors.receipt(entry)
        grown = selectors.consistency(old=before.size)
    assert check(parse(receipt), [parse_vkey(before.vkey)]).conclusive
    assert (grown.old_root, log.finding()) == (before.root, ("", None))


def test_nothing_about_her_is_read_or_written_any_more(log: Logbook, person: UUID) -> None:
    warm, use = pseudonym(log, person), f"ledger:{datetime.now(UTC).year}"
    with tenant_scope(log.tenant):
        key = keyring._key_for(log.tenant, person, use)
    erase_subject(tenant=log.tenant, subject=person)
    # Another process, whose memory still has her name and key.
    from ledger import pseudonyms

    pseudonyms._known.keep((log.tenant, person), warm)
    keyring._by_use.keep((log.tenant, person, use), key)
    with pytest.raises(SubjectErased):
        log.append(person)
    forget_all()
    for attempt in (lambda: log.append(person), lambda: keyring.seal(person, "other", b"", {})):
        with pytest.raises(SubjectErased), tenant_scope(log.tenant):
            attempt()
    assert log.append(uuid4())
    log.drain()
    assert log.finding() == ("", None)


def test_a_key_that_is_missing_without_an_erasure_stays_a_finding(log: Logbook, person: UUID) -> None:
    other = uuid4()
    log.write(1, [other])
    log.drain()
    erase_subject(tenant=log.tenant, subject=person)
    log.drain()
    log.tamper("DELETE FROM ledger_key WHERE tenant_id = %s AND owner = %s", log.tenant, other)
    forget_all()
    assert log.finding() == ("key-missing", 30)


def test_an_archive_of_her_entries_is_still_proved_and_discloses_none(log: Logbook, person: UUID) -> None:
    name = pseudonym(log, person)
    erase_subject(tenant=log.tenant, subject=person)
    log.drain()
    found = checked(log, exported(log, subject=name, disclose=lambda entry: True))
    assert (found.scope.end, found.disclosed) == (11, 1)  # what erased her says so


def test_a_hold_keeps_her_until_it_is_released(log: Logbook, person: UUID) -> None:
    with tenant_scope(log.tenant):
        hold = place_hold(subject=person, code="litigation")
        assert standing_holds(person) == [hold]
    with pytest.raises(LegalHold, match="litigation"):
        erase_subject(tenant=log.tenant, subject=person)
    assert log.rows(KEYS, log.tenant, person) == [(3,)]
    with tenant_scope(log.tenant):
        release_hold(hold=hold.id)
        with pytest.raises(UnknownHold):
            release_hold(hold=hold.id)
    erase_subject(tenant=log.tenant, subject=person)
    log.drain()
    leaves = log.rows(
        "SELECT leaf FROM ledger_entry WHERE tenant_id = %s ORDER BY index DESC LIMIT 3", log.tenant
    )
    types = [parse_leaf(bytes(leaf)).type for (leaf,) in leaves]
    assert types == ["subject.erased", "hold.released", "hold.placed"]


@pytest.mark.parametrize("step", range(len(erasure.DESTROY)))
def test_broken_off_it_is_finished_by_a_repetition(
    log: Logbook, person: UUID, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = list(erasure.DESTROY)
    broken[step] = "SELECT 1 / (random() * 0) WHERE %s IS NOT NULL AND %s IS NOT NULL"
    with monkeypatch.context() as patch:
        patch.setattr(erasure, "DESTROY", broken)
        with pytest.raises(DatabaseError):
            erase_subject(tenant=log.tenant, subject=person)
    assert log.rows(KEYS, log.tenant, person) == [(3,)]
    with pytest.raises(SubjectErased):
        log.append(person)  # it has begun
    begun = log.rows("SELECT entry FROM ledger_erasure WHERE tenant_id = %s", log.tenant)
    assert begun == [(erase_subject(tenant=log.tenant, subject=person).entry,)]
    assert log.rows(KEYS, log.tenant, person) == [(0,)]
    with pytest.raises(SubjectErased):
        erase_subject(tenant=log.tenant, subject=person)
    log.drain()
    count = "SELECT count(*) FROM ledger_entry WHERE tenant_id = %s AND type = 'subject.erased'"
    assert (log.rows(count, log.tenant), log.finding()) == ([(1,)], ("", None))


def test_the_command_says_first_what_it_would_do(
    log: Logbook, person: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(**options: Any) -> str:
        call_command("erase_subject", tenant=log.name, subject=str(person), **options)
        return capsys.readouterr().out

    name = pseudonym(log, person)
    dry = said()
    assert "Nothing was destroyed" in dry
    assert f"--confirm {name}" in dry
    assert "destroy 3 keys" in dry
    with pytest.raises(CommandError, match="Nothing was destroyed"):
        said(confirm="yes")
    assert log.rows(KEYS, log.tenant, person) == [(3,)]
    done = said(confirm=name)
    assert "3 keys" in done
    assert "The erasure is complete since" in done
    assert log.rows(KEYS, log.tenant, person) == [(0,)]
    assert said() == said(confirm=name)
    assert "She was erased." in said()
    with pytest.raises(CommandError, match="calls nobody so"):
        call_command("erase_subject", tenant=log.name, subject=name)
    with pytest.raises(CommandError, match="does not know"):
        call_command("erase_subject", tenant=log.name, subject=str(uuid4()))


def test_a_person_is_found_by_her_pseudonym_too(
    log: Logbook, person: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("erase_subject", tenant=log.name, subject=pseudonym(log, person))
    assert "destroy 3 keys" in capsys.readouterr().out
    call_command("hold", tenant=log.name, subject=person, place="litigation")
    hold = capsys.readouterr().out.split()[0]
    call_command("erase_subject", tenant=log.name, subject=str(person))
    assert "A legal hold stands" in capsys.readouterr().out
    call_command("hold", tenant=log.name, release=UUID(hold))
    with pytest.raises(CommandError, match="No such hold"):
        call_command("hold", tenant=log.name, release=UUID(hold))


def test_who_is_unknown_cannot_be_erased(log: Logbook) -> None:
    with pytest.raises(UnknownEntry):
        erase_subject(tenant=log.tenant, subject=uuid4())


def test_nothing_is_a_finding_while_an_erasure_and_what_came_before_it_wait(
    log: Logbook, person: UUID
) -> None:
    log.append(person)
    erase_subject(tenant=log.tenant, subject=person)
    assert log.finding() == ("", None)
    log.drain()
    assert log.finding() == ("", None)


def test_a_submission_whose_key_is_missing_without_an_erasure_is_a_finding(log: Logbook) -> None:
    person = uuid4()
    log.append(person)
    log.tamper("DELETE FROM ledger_key WHERE tenant_id = %s AND owner = %s", log.tenant, person)
    forget_all()
    assert log.finding() == ("key-missing", None)


def test_an_erasure_excuses_what_came_before_it_and_neither_itself_nor_what_came_long_after(
    log: Logbook, person: UUID
) -> None:
    erase_subject(tenant=log.tenant, subject=person)
    log.drain()
    with open_snapshot(log.tenant) as snapshot:
        *_, hers, _, _, erased = chain.from_iterable(snapshot.entries(0, 1000))
        late = hers._replace(time=erased.time + timedelta(minutes=5))
        closed = erased._replace(body=hers.body)
        found = [Seals(log.tenant).take([row]) for row in (hers, late, closed)]
    assert [one and one.kind for one in found] == [None, "key-missing", "key-missing"]


@pytest.mark.parametrize("own_name", [True, False])
def test_an_erasure_excuses_nobody_whom_it_did_not_erase(log: Logbook, person: UUID, own_name: bool) -> None:
    """As the app could claim it, which may say that somebody is to be erased."""
    other = uuid4()
    log.append(other)
    log.drain()
    name = pseudonym(log, other) if own_name else pseudonym(log, person)
    entry = erase_subject(tenant=log.tenant, subject=person).entry
    log.drain()
    claim = (
        "INSERT INTO ledger_erasure (tenant_id, party, pseudonym, entry, time) VALUES (%s, %s, %s, %s, now())"
    )
    log.tamper(claim, log.tenant, other, name, entry)
    with tenant_scope(log.tenant):
        assert selectors.erased_parties() == frozenset({person})
    assert log.finding() == ("erasure-contradicted", None)


def test_more_people_than_the_log_tells_of_excuse_nobody(log: Logbook, person: UUID) -> None:
    """As the owner of the database could claim it, to take somebody's contracts out of the account."""
    other = uuid4()
    erase_subject(tenant=log.tenant, subject=person)
    log.drain()
    log.tamper(
        "INSERT INTO ledger_erasure (tenant_id, party, erased) VALUES (%s, %s, true)", log.tenant, other
    )
    with tenant_scope(log.tenant):
        assert selectors.erased_parties() == frozenset()
    assert log.finding() == ("erasure-contradicted", None)


def test_who_is_said_to_be_erased_in_the_place_of_another_still_has_a_name_or_loses_her_keys_without_excuse(
    log: Logbook, person: UUID
) -> None:
    other = uuid4()
    log.append(other)
    erase_subject(tenant=log.tenant, subject=person)
    log.drain()
    log.tamper("UPDATE ledger_erasure SET party = %s WHERE party = %s", other, person)
    with tenant_scope(log.tenant):
        assert selectors.erased_parties() == frozenset()
    assert log.finding() == ("erasure-contradicted", None)
    log.tamper("DELETE FROM ledger_pseudonym WHERE party = %s", other)
    assert log.finding() == ("erasure-contradicted", None)
    log.tamper("DELETE FROM ledger_key WHERE owner = %s", other)
    forget_all()
    assert log.finding()[0] == "key-missing"


def test_the_app_may_not_say_that_somebody_is_erased_already(log: Logbook, person: UUID) -> None:
    claim = "INSERT INTO ledger_erasure (tenant_id, party, erased) VALUES (%s, %s, true)"
    with pytest.raises(DatabaseError, match="permission denied"), tenant_scope(log.tenant):
        connections["default"].cursor().execute(claim, [log.tenant, person])


def test_nothing_in_the_database_leads_from_who_was_erased_to_her_entries(log: Logbook, person: UUID) -> None:
    people = [person, *(uuid4() for _ in range(7))]
    for each in people:
        log.append(each)
    with tenant_scope(log.tenant):
        release_hold(hold=place_hold(subject=person, code="litigation").id)
    for each in people:
        erase_subject(tenant=log.tenant, subject=each)
    log.drain()
    for table in ("ledger_key", "ledger_hold", "ledger_pseudonym"):
        column = "owner" if table == "ledger_key" else "party"
        count = f"SELECT count(*) FROM {table} WHERE {column} = ANY(%s)"
        assert log.rows(count, people) == [(0,)], table
    rows = log.rows(
        "SELECT party, pseudonym, entry, time FROM ledger_erasure WHERE tenant_id = %s", log.tenant
    )
    assert {row[1:] for row in rows} == {(None, None, None)}
    assert {row[0] for row in rows} == set(people)
    # Nor does the order or the transaction of the rows tell who came first.
    ordered = log.rows("SELECT party FROM ledger_erasure WHERE tenant_id = %s ORDER BY ctid", log.tenant)
    assert [party for (party,) in ordered] != people
    written = "SELECT count(DISTINCT xmin::text) FROM ledger_erasure WHERE tenant_id = %s"
    assert log.rows(written, log.tenant) == [(1,)]
    assert log.finding() == ("", None)
