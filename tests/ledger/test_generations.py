"""Erasure generations: a copy of the database from before an erasure opens everybody's keys but hers."""

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from ledger import erasure, selectors
from ledger.checks import erasure_generations
from ledger.committed import forget_all
from ledger.encoding import base64_text
from ledger.erasure import erase_subject, find_erasable
from ledger.errors import FormatError, SealError, SubjectErased, UnknownKey
from ledger.note import parse_vkey
from ledger.receipt import check, parse
from ledger.scope import tenant_scope
from ledger.vault import generation_rotation, generations, keyring, private_file
from ledger.vault.generation_rotation import rotate_generation
from ledger.vault.sealing import seal
from tests.ledger.logbook import Logbook

pytestmark = pytest.mark.django_db(databases=["default", "sequencer", "owner"], transaction=True)
BACKED_UP = ("ledger_key", "ledger_pseudonym", "ledger_erasure")
COPY = "CREATE TEMPORARY TABLE backup_{0} AS SELECT * FROM {0} WHERE tenant_id = %s"


@pytest.fixture(autouse=True)
def file(settings: Settings, tmp_path: Path, transactional_db: None) -> Iterator[Path]:
    """Generations of this test alone."""
    settings.ASSENT_ERASURE_FILE = tmp_path / "erasure.generations"
    forget_all()
    yield settings.ASSENT_ERASURE_FILE
    forget_all()


@pytest.fixture
def sealed(file: Path, log: Logbook) -> dict[UUID, bytes]:
    """What is sealed for five people of the log, which has their entries too."""
    people = [uuid4() for _ in range(5)]
    log.write(15, people)
    with tenant_scope(log.tenant):
        found = {person: keyring.seal(person, "record", b"a diagnosis", {}) for person in people}
    log.drain()
    return found


class Backup:
    """Of the tables with wrapped keys, in the database of the test; restored as an administrator does it."""

    def __init__(self, log: Logbook) -> None:
        self.log = log
        for table in BACKED_UP:
            log.superuser.execute(COPY.format(table), [log.tenant])

    def restore(self) -> None:
        for table in BACKED_UP:
            self.log.tamper(f"DELETE FROM {table} WHERE tenant_id = %s", self.log.tenant)
            self.log.tamper(
                f"INSERT INTO {table} SELECT * FROM backup_{table} WHERE tenant_id = %s", self.log.tenant
            )
        forget_all()


def opening(log: Logbook, sealed: dict[UUID, bytes]) -> set[UUID]:
    """Whose opens, with nothing in memory."""
    forget_all()
    found = set()
    with tenant_scope(log.tenant):
        for person, content in sealed.items():
            try:
                assert keyring.unseal(person, content, {}) == b"a diagnosis"
            except UnknownKey:
                continue
            found.add(person)
    return found


def under(log: Logbook) -> set[UUID | None]:
    """The generations under which the keys of people are."""
    rows = log.rows(
        "SELECT generation FROM ledger_key WHERE tenant_id = %s AND owner <> tenant_id", log.tenant
    )
    return {generation for (generation,) in rows}


def make_bare(log: Logbook) -> None:
    """As keys were stored before there were generations."""
    select = f"SELECT {keyring.WRAPPED} FROM ledger_key WHERE tenant_id = %s AND owner <> tenant_id"
    with tenant_scope(log.tenant):
        for row in keyring.wrapped_rows(log.rows(select, log.tenant)):
            outer = keyring.key_in_force(log.tenant)
            bare = seal(outer.key, outer.id, keyring.unwrap_row(log.tenant, row), row.context(log.tenant))
            log.tamper("UPDATE ledger_key SET wrapped = %s, generation = NULL WHERE id = %s", bare, row.id)
    forget_all()


def test_a_restored_backup_opens_everybodys_but_that_of_who_was_erased_since(
    log: Logbook, sealed: dict[UUID, bytes]
) -> None:
    backup, (gone, *others) = Backup(log), sealed
    with tenant_scope(log.tenant):
        entry = selectors.subject_entries(subject=gone, limit=1)[0].id
    erased = erase_subject(tenant=log.tenant, subject=gone)
    assert erased.complete <= datetime.now(UTC)
    backup.restore()
    assert log.rows(
        "SELECT count(*) FROM ledger_key WHERE tenant_id = %s AND owner = %s", log.tenant, gone
    ) == [(3,)]
    assert opening(log, sealed) == set(others)
    with tenant_scope(log.tenant):
        with pytest.raises(SubjectErased):
            keyring.seal(gone, "record", b"", {})
        with pytest.raises(SubjectErased):
            keyring.seal(gone, "another use", b"", {})
        with pytest.raises(UnknownKey):
            selectors.known_pseudonym(gone)
        assert not selectors.entry(entry).readable
        receipt = selectors.receipt(entry)
    assert check(parse(receipt), [parse_vkey(log.status().log.vkey)]).conclusive
    assert log.append(others[0])


def test_a_pages_keys_are_fetched_although_one_of_them_is_gone(
    log: Logbook, sealed: dict[UUID, bytes]
) -> None:
    backup, (gone, *others) = Backup(log), sealed
    erase_subject(tenant=log.tenant, subject=gone)
    backup.restore()
    with tenant_scope(log.tenant):
        keyring.load(list(sealed.values()))
    for person in others:  # without a scope: they are in memory
        assert keyring.unseal(person, sealed[person], {}, tenant=log.tenant) == b"a diagnosis"


def test_the_log_is_whole_after_an_erasure(log: Logbook, sealed: dict[UUID, bytes]) -> None:
    gone, *_ = sealed
    erase_subject(tenant=log.tenant, subject=gone)
    log.drain()
    assert log.finding() == ("", None)


def test_another_process_forgets_as_soon_as_the_file_was_replaced(
    log: Logbook, sealed: dict[UUID, bytes], file: Path
) -> None:
    gone, *others = sealed
    assert opening(log, sealed) == set(sealed)  # this one has the file in memory
    program = (
        "import sys, pathlib, uuid; from ledger.vault import generations;"
        "from django.conf import settings; settings.configure(ASSENT_KEY_SERVICE='');"
        "generations.erase(pathlib.Path(sys.argv[1]), uuid.UUID(sys.argv[2]), uuid.UUID(sys.argv[3]))"
    )
    subprocess.run([sys.executable, "-c", program, file, str(log.tenant), str(gone)], check=True)
    assert opening(log, sealed) == set(others)


def test_erasures_at_the_same_time_are_all_kept(file: Path) -> None:
    generations.create(file)
    people = [uuid4() for _ in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda person: generations.erase(file, UUID(int=1), person), people))
    (held,) = generations.opened(file)
    assert [held.share(UUID(int=1), person) for person in people] == [None] * 12
    assert held.share(UUID(int=2), people[0]) is not None


def test_no_draft_of_a_rewrite_that_was_broken_off_keeps_what_the_next_one_forgets(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generations.create(file)
    beside = file.with_name(f".{file.name}.of-somebody-else")
    beside.write_text("kept")

    def lost(*_: Any) -> None:
        raise OSError("lost")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="lost"):
        patch.setattr(Path, "replace", lost)
        generations.erase(file, UUID(int=1), uuid4())
    names = {file.name, f".{file.name}.lock", beside.name}
    assert {
        each.name for each in file.parent.iterdir()
    } > names  # the draft, which has everybody else's share
    generations.erase(file, UUID(int=1), uuid4())
    assert {each.name for each in file.parent.iterdir()} == names


@pytest.mark.parametrize("step", ["generation", *range(len(erasure.DESTROY))])
def test_broken_off_at_any_step_it_is_finished_by_a_repetition(
    log: Logbook, sealed: dict[UUID, bytes], step: str | int, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, (gone, *others) = Backup(log), sealed

    def lost(*_: Any) -> None:
        raise OSError("lost")

    with monkeypatch.context() as patch:
        if step == "generation":
            patch.setattr(private_file, "replace", lost)
        else:
            broken = list(erasure.DESTROY)
            broken[int(step)] = "SELECT 1 / (random() * 0) WHERE %s IS NOT NULL AND %s IS NOT NULL"
            patch.setattr(erasure, "DESTROY", broken)
        with pytest.raises(Exception, match=r"lost|division"):
            erase_subject(tenant=log.tenant, subject=gone)
    # The share goes before the rows, so that nothing of hers opens from then on.
    assert opening(log, sealed) == set(sealed if step == "generation" else others)
    assert erase_subject(tenant=log.tenant, subject=gone).complete <= datetime.now(UTC)
    with pytest.raises(SubjectErased):
        erase_subject(tenant=log.tenant, subject=gone)
    backup.restore()
    assert opening(log, sealed) == set(others)


def test_keys_from_before_there_were_generations_are_complete_when_the_last_backup_expired(
    log: Logbook, sealed: dict[UUID, bytes], settings: Settings
) -> None:
    first, second, third, *_ = sealed
    make_bare(log)
    assert opening(log, sealed) == set(sealed)
    days = timedelta(days=settings.ASSENT_BACKUP_DAYS)
    assert abs(
        erase_subject(tenant=log.tenant, subject=first).complete - datetime.now(UTC) - days
    ) < timedelta(minutes=1)
    rotated = rotate_generation()
    assert (rotated.resumed, under(log)) == (True, {rotated.generation})
    assert opening(log, sealed) == set(sealed) - {first}
    assert erase_subject(tenant=log.tenant, subject=second).complete > datetime.now(UTC) + days / 2
    log.tamper("UPDATE ledger_key SET bare_until = bare_until - %s WHERE owner = %s", 2 * days, third)
    assert erase_subject(tenant=log.tenant, subject=third).complete <= datetime.now(UTC)


def test_a_generation_is_rotated_and_the_old_one_kept_for_backups(
    log: Logbook, sealed: dict[UUID, bytes], file: Path
) -> None:
    backup, (old,) = Backup(log), under(log)
    rotated = rotate_generation()
    assert under(log) == {rotated.generation} != {old}
    assert (rotated.rewrapped, rotated.resumed, rotated.kept, rotated.destroyed) == (15, False, 1, [])
    assert opening(log, sealed) == set(sealed)
    log.drain()
    assert log.finding() == ("", None)
    gone, *others = sealed
    erase_subject(tenant=log.tenant, subject=gone)
    backup.restore()
    assert opening(log, sealed) == set(others)


def test_a_destroyed_generation_takes_the_backups_from_before_with_it(
    log: Logbook, sealed: dict[UUID, bytes]
) -> None:
    backup, (old,) = Backup(log), under(log)
    rotated = rotate_generation(destroy_old=True)
    assert (rotated.kept, rotated.destroyed) == (0, [old])
    assert opening(log, sealed) == set(sealed)
    backup.restore()
    with tenant_scope(log.tenant), pytest.raises(SealError, match="does not hold"):
        keyring.open_seal(next(iter(sealed.values())), {})


def test_what_no_backup_needs_any_more_is_destroyed_by_the_next_rotation(
    log: Logbook, sealed: dict[UUID, bytes], settings: Settings
) -> None:
    (old,) = under(log)
    second = rotate_generation().generation
    settings.ASSENT_BACKUP_DAYS = 0
    assert set(rotate_generation().destroyed) == {old, second}
    assert opening(log, sealed) == set(sealed)


@pytest.mark.parametrize("pieces", [0, 1, 2])
def test_a_rotation_that_breaks_off_is_ended_without_another_generation(
    log: Logbook, sealed: dict[UUID, bytes], file: Path, pieces: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, done = generation_rotation._rewrap_piece, list[int]()

    def lost(*given: Any) -> int:
        if len(done) == pieces:
            raise OSError("lost")
        done.append(1)
        return whole(*given)

    with monkeypatch.context() as patch:
        patch.setattr(generation_rotation, "PIECE", 4)
        patch.setattr(generation_rotation, "_rewrap_piece", lost)
        with pytest.raises(OSError, match="lost"):
            rotate_generation()
    assert opening(log, sealed) == set(sealed)
    assert log.append(uuid4())
    begun = generations.opened(file)[0].id
    ended = rotate_generation()
    assert (ended.generation, ended.resumed, under(log)) == (begun, True, {begun})
    assert opening(log, sealed) == set(sealed)


def test_a_rotation_removes_the_rows_of_who_was_erased_which_a_restored_backup_brought(
    log: Logbook, sealed: dict[UUID, bytes]
) -> None:
    backup, (gone, *others) = Backup(log), sealed
    erase_subject(tenant=log.tenant, subject=gone)
    backup.restore()
    rotate_generation()
    assert log.rows(
        "SELECT count(*) FROM ledger_key WHERE tenant_id = %s AND owner = %s", log.tenant, gone
    ) == [(0,)]
    assert opening(log, sealed) == set(others)


def test_a_tenants_rotation_carries_what_stands_under_a_generation(
    log: Logbook, sealed: dict[UUID, bytes]
) -> None:
    backup, (gone, *others) = Backup(log), sealed
    generation = under(log)
    erase_subject(tenant=log.tenant, subject=gone)
    backup.restore()
    call_command("rotate_keys", tenant=log.name, sealing=True)
    assert (under(log), opening(log, sealed)) == (generation, set(others))


def test_the_commands_say_when_an_erasure_is_complete_and_what_to_do_with_copies(
    log: Logbook, sealed: dict[UUID, bytes], file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, *_ = sealed

    def erased(person: UUID) -> str:
        with tenant_scope(log.tenant):
            name = find_erasable(person).pseudonym
        call_command("erase_subject", tenant=log.name, subject=str(person), confirm=name)
        call_command("erase_subject", tenant=log.name, subject=str(person))
        return capsys.readouterr().out

    said = erased(first)
    assert "complete since" in said
    assert "Replace every copy of that file" in said
    make_bare(log)
    assert "ASSENT_BACKUP_DAYS" in erased(second)
    call_command("rotate_keys", generation=True)
    assert "9 keys were wrapped anew" in capsys.readouterr().out
    call_command("rotate_keys", generation=True, destroy_old=True)
    assert "1 older generations are destroyed" in capsys.readouterr().out
    for wrong in ({"generation": True, "tenant": log.name}, {"node": True, "destroy_old": True}):
        with pytest.raises(CommandError, match=r"Give --tenant|goes with"):
            call_command("rotate_keys", **wrong)


def test_a_node_in_production_is_given_its_generations(
    settings: Settings, file: Path, tmp_path: Path
) -> None:
    settings.ASSENT_NODE_KEY_FILE = tmp_path / "node.key"
    settings.LOCAL = False
    assert [each.id for each in erasure_generations(None)] == ["ledger.E006"]
    call_command("create_node_key", verbosity=0)
    made = generations.opened(file)
    assert (stat.S_IMODE(file.stat().st_mode), erasure_generations(None)) == (0o600, [])
    file.unlink()
    call_command("create_node_key", verbosity=0)  # as after an upgrade
    assert generations.opened(file) != made
    with pytest.raises(CommandError, match="never replaced"):
        call_command("create_node_key")


def test_a_file_that_is_not_one_is_refused(file: Path) -> None:
    generations.create(file)
    text = file.read_text()
    whole = json.loads(generations._read(file)[0])

    def stored(state: Any) -> str:
        return f"assent-erasure-v1 {base64_text(json.dumps(state).encode())}\n"

    (one,) = whole["generations"]
    for wrong in (
        "", "rubbish", text[:-20], text.replace("v1", "v3"), text + text, stored({"generations": []}), stored([]),
        stored({"generations": [one, one]}), stored({"generations": [{**one, "nodes": ["AA=="]}]}),
        stored({"generations": [{**one, "nodes": [base64_text(b"\x41" + bytes(40))]}]}),
        stored({"generations": [{**one, "nodes": [base64_text(b"\x01\x02" + bytes(39))]}]}),
        stored({"generations": [{**one, "made": "yesterday"}]}), stored({"generations": [{**one, "id": 7}]}),
        stored({"generations": 7}), stored({"generations": [{**one, "nodes": 7}]}),
    ):  # fmt: skip
        file.write_text(wrong)
        with pytest.raises(FormatError):
            generations.opened(file)
    file.chmod(0o644)
    with pytest.raises(SealError, match="0600"):
        generations.opened(file)
