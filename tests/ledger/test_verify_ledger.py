"""verify_ledger against a superuser of the database who steps around privileges and triggers."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger import registry, selectors
from ledger.audit import pieces, snapshot
from ledger.audit.finding import Finding
from ledger.audit.seals import Seals
from ledger.audit.snapshot import open_snapshot
from ledger.audit.verify import Evidence, verify_log
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.committed import forget_all
from ledger.hashing import sha256
from ledger.logs import log_for_append
from ledger.note import Ed25519Signer
from ledger.promise import sign_promise
from ledger.scope import tenant_scope
from tests.ledger.logbook import Logbook
from tests.ledger.tamperings import CHECKPOINT, CUT, HERE, OLDER_STATE, TAMPERINGS


@pytest.fixture
def whole(log: Logbook) -> Iterator[Logbook]:
    """A log of 340 entries about three people and nobody, with one full tile and two checkpoints."""
    people = [uuid4(), uuid4(), uuid4(), None]
    log.write(300, people)
    log.drain()
    log.write(40, people)
    log.drain()
    yield log
    forget_all()


def tamper(log: Logbook, statements: str) -> None:
    log.superuser.execute("SET session_replication_role = replica")
    for statement in statements.split(";"):
        log.superuser.execute(statement, {"t": log.tenant})
    log.superuser.execute("RESET session_replication_role")
    forget_all()  # verify_ledger is a process of its own


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_finds_and_names_the_first_entry_of(
    whole: Logbook, tampering: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one piece, in many that are joined, and where the entries come over by fives."""
    statements, kind, index = TAMPERINGS[tampering]
    assert whole.finding() == ("", None)
    tamper(whole, statements)
    assert whole.finding() == (kind, index)
    monkeypatch.setattr(pieces, "LENGTH", 7)
    assert whole.finding() == (kind, index)
    monkeypatch.setattr(snapshot, "AHEAD", 5)
    monkeypatch.setattr(pieces, "LENGTH", 100)
    assert whole.finding() == (kind, index)


def test_processes_side_by_side_find_what_one_finds(
    whole: Logbook, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "LENGTH", 50)
    monkeypatch.setenv("ASSENT_TEST_DATABASE", database_name)
    alone, together = (verify_log(whole.tenant, Evidence(processes=count)) for count in (1, 2))
    assert together == alone
    assert (together.finding, together.size) == (None, 340)
    whole.tamper(
        "UPDATE ledger_entry SET body = body || 'x' WHERE tenant_id = %s AND index = 333", whole.tenant
    )
    alone, together = (verify_log(whole.tenant, Evidence(processes=count)) for count in (1, 2))
    assert together == alone
    assert together.finding is not None
    assert (together.finding.kind, together.finding.index) == ("body-changed", 333)


def test_a_body_that_was_given_to_another_entry_does_not_open_there(whole: Logbook) -> None:
    """As whoever could rewrite the whole log after it, up to the signed roots: the seal still tells."""
    whole.tamper(
        "UPDATE ledger_entry e SET body = o.body FROM ledger_entry o"
        " WHERE e.tenant_id = %s AND o.tenant_id = e.tenant_id AND e.index = 8 AND o.index = 12",
        whole.tenant,
    )
    with open_snapshot(whole.tenant) as opened:
        rows = list(chain.from_iterable(opened.entries(0, 1000)))
        found = Seals(whole.tenant).take(rows)
    assert found
    assert (found.kind, found.index) == ("seal-broken", 8)


def test_without_bodies_every_change_is_still_found_and_only_a_missing_key_is_not(
    whole: Logbook, capsys: pytest.CaptureFixture[str]
) -> None:
    body, _, index = TAMPERINGS["a key that opens bodies"]
    tamper(whole, body)
    assert whole.finding() == ("key-missing", index)
    assert whole.finding(bodies=False) == ("", None)
    call_command("verify_ledger", tenant=whole.name, without_bodies=True)
    assert capsys.readouterr().out.endswith("The bodies were not opened.\n")
    tamper(whole, TAMPERINGS["one byte of a body"][0])
    assert whole.finding(bodies=False) == ("body-changed", 123)


def test_an_acknowledged_submission_that_was_deleted_is_an_unmet_promise(whole: Logbook) -> None:
    promise = whole.append(uuid4()).header()
    assert whole.finding(promises=[promise]) == ("", None)
    whole.tamper("DELETE FROM ledger_submission WHERE tenant_id = %s", whole.tenant)
    assert whole.finding() == ("", None)
    assert whole.finding(promises=[promise]) == ("promise-unmet", None)


def test_a_promise_is_kept_when_its_entry_stands_in_the_log(whole: Logbook) -> None:
    promise = whole.append(uuid4()).header()
    whole.drain()
    assert whole.finding(promises=[promise]) == ("", None)


def test_a_promise_that_another_key_signed_or_that_names_other_content_is_told(whole: Logbook) -> None:
    promise = whole.append(uuid4())
    whole.drain()
    forger = Ed25519Signer.generate(f"{whole.status().origin}/promise")
    assert whole.finding(promises=[sign_promise(promise.promise, forger)]) == ("promise-forged", None)
    whole.tamper(
        "UPDATE ledger_sequenced SET digest = sha256('x') WHERE submission_id = %s", promise.promise.id
    )
    assert whole.finding(promises=[promise.header()])[0] == "submission-map"


def test_a_promise_of_other_content_than_stands_in_the_log_is_broken(whole: Logbook) -> None:
    promise = whole.append(uuid4()).promise
    whole.drain()
    with tenant_scope(whole.tenant):
        signer = log_for_append(whole.tenant).promises
    other = sign_promise(replace(promise, digest=bytes(32)), signer)
    assert whole.finding(promises=[other]) == ("promise-broken", None)


def test_a_submission_that_waits_for_more_than_a_minute_is_found(whole: Logbook) -> None:
    whole.append(uuid4())
    assert whole.finding() == ("", None)
    whole.tamper(
        "UPDATE ledger_submission SET time = time - interval '61 s' WHERE tenant_id = %s", whole.tenant
    )
    assert whole.finding() == ("submission-stale", None)


def test_a_submission_that_was_changed_while_it_waited_is_found(whole: Logbook) -> None:
    whole.append(uuid4())
    whole.tamper("UPDATE ledger_submission SET type = 'access.denied' WHERE tenant_id = %s", whole.tenant)
    assert whole.finding() == ("submission-changed", None)


def test_an_older_state_shows_by_a_checkpoint_that_somebody_kept(
    whole: Logbook, signer_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with tenant_scope(whole.tenant):
        (tmp_path / "kept").write_bytes(selectors.checkpoint_note())
    for file in signer_folder.iterdir():
        file.unlink()  # the attacker has this machine too
    tamper(whole, f"{CUT};DELETE FROM ledger_checkpoint {CHECKPOINT};{OLDER_STATE}")
    with pytest.raises(SystemExit):
        call_command("verify_ledger", tenant=whole.name, checkpoint=[tmp_path / "kept"])
    assert "entries-missing at index 335" in capsys.readouterr().out


def test_without_anything_from_outside_it_says_so(
    whole: Logbook, signer_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_ledger", tenant=whole.name)
    assert "The signer's last checkpoint" in capsys.readouterr().out
    for file in signer_folder.iterdir():
        file.unlink()
    call_command("verify_ledger", tenant=whole.name)
    assert "Internally consistent only" in capsys.readouterr().out


def test_the_command_prints_what_holds_and_the_first_break_and_fails(
    whole: Logbook, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_ledger", tenant=whole.name)
    assert capsys.readouterr().out.startswith(f"{whole.name}: holds. 340 entries, root ")
    whole.tamper(f"UPDATE ledger_entry SET type = 'x' {HERE.replace('%(t)s', '%s')}", whole.tenant)
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", tenant=whole.name)
    assert ended.value.code == 1
    assert capsys.readouterr().out.startswith(f"{whole.name}: BROKEN, entry-changed at index 123: ")


def test_evidence_that_concerns_no_log_here_is_refused(whole: Logbook, tmp_path: Path) -> None:
    elsewhere = "elsewhere.example/log/x"
    promise = replace(whole.append().promise, log=elsewhere)
    foreign = sign_promise(promise, Ed25519Signer.generate(f"{elsewhere}/promise"))
    for arguments in (
        {"tenant": "no-such-log"},
        {"promise": ["v1 nonsense"]},
        {"promise": [foreign]},
        {"checkpoint": [tmp_path / "missing"]},
    ):
        with pytest.raises(CommandError):
            call_command("verify_ledger", **arguments)


def test_a_kept_checkpoint_of_another_log_is_no_finding(
    whole: Logbook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = Ed25519Signer.generate("elsewhere.example/log/x")
    kept = tmp_path / "kept"
    kept.write_bytes(sign_checkpoint(Checkpoint(elsewhere.name, 0, sha256(b"")), [elsewhere]))
    for arguments in ({}, {"tenant": whole.name}):
        with pytest.raises(
            CommandError, match=r"elsewhere\.example/log/x is another log .* Nothing was verified"
        ):
            call_command("verify_ledger", checkpoint=[kept], **arguments)
    assert capsys.readouterr().out == ""


def test_apps_above_add_their_own_checks(whole: Logbook, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def verifier(tenant: UUID) -> list[Finding]:
        seen.append(tenant)
        return [Finding("record-changed", "x", 5)]

    monkeypatch.setattr(registry, "_verifiers", [])
    registry.register_verifier(verifier)
    assert whole.finding() == ("record-changed", 5)
    assert seen == [whole.tenant]


def test_a_log_that_grows_meanwhile_is_not_called_broken(whole: Logbook) -> None:
    done = threading.Event()

    def grow() -> None:
        while not done.is_set():
            whole.write(7, [uuid4(), None])
            whole.drain()
        connection.close()

    grower = threading.Thread(target=grow)
    grower.start()
    found = [whole.finding() for _ in range(8)]
    done.set()
    grower.join()
    assert found == [("", None)] * 8
    assert whole.status().size > 340
