"""Each write of the sequencer and signer fails in turn: before it is stored, or after, with the answer lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

from ledger.sequencer import Session, sequence_batch, sequence_waiting
from ledger.signed import SignedCheckpoints
from ledger.signer import sign_grown, sign_log
from tests.ledger.logbook import Logbook

WRITES = ("entry", "sequenced", "subject", "tile", "state", "submission")
REFUSE = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'injected'; END $$;
CREATE TRIGGER fail BEFORE INSERT OR UPDATE OR DELETE ON ledger_{} EXECUTE FUNCTION fail()
"""
# A deferred trigger fails in COMMIT itself, when all statements have succeeded.
REFUSE_COMMIT = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'injected'; END $$;
CREATE CONSTRAINT TRIGGER fail AFTER INSERT OR UPDATE ON ledger_{}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()
"""


@contextmanager
def failing(log: Logbook, statement: str, table: str) -> Iterator[None]:
    log.superuser.execute(statement.format(table))
    try:
        yield
    finally:
        log.superuser.execute("DROP FUNCTION fail CASCADE")


class AnswerLost:
    """A session whose COMMIT is carried out, and whose connection breaks before it is told."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._session.transaction():
            yield
        raise psycopg.OperationalError("server closed the connection unexpectedly")


def prepare(log: Logbook) -> None:
    """300 entries that stand, and 300 submissions that fill a tile when they are sequenced."""
    people = [uuid4(), uuid4(), None]
    log.write(300, people)
    log.drain()
    log.write(300, people)


def stored(log: Logbook) -> tuple[int, int]:
    """Entries that stand, submissions that wait."""
    return log.status().entries, log.status().backlog


@pytest.mark.parametrize("table", WRITES)
def test_a_write_that_failed_leaves_everything_waiting(log: Logbook, table: str) -> None:
    prepare(log)
    with failing(log, REFUSE, table):
        assert sequence_waiting(log.session, log.clock) == 0
        assert stored(log) == (300, 300)
        assert log.status().log.alarm == "sequencing-failed"
        assert log.finding() == ("", None)
    assert log.drain() == 300
    assert (stored(log), log.status().log.alarm) == ((600, 0), "")
    assert log.finding() == ("", None)


def test_a_commit_that_failed_leaves_everything_waiting(log: Logbook) -> None:
    prepare(log)
    with failing(log, REFUSE_COMMIT, "state"):
        assert sequence_waiting(log.session, log.clock) == 0
        assert stored(log) == (300, 300)
    assert log.drain() == 300
    assert log.finding() == ("", None)


def test_a_commit_that_failed_but_persisted_is_not_done_twice(log: Logbook) -> None:
    prepare(log)
    with pytest.raises(psycopg.OperationalError):
        sequence_batch(AnswerLost(log.session), log.tenant, log.clock)  # type: ignore[arg-type]
    assert stored(log) == (600, 0)
    assert log.drain() == 0
    assert log.finding() == ("", None)


@pytest.mark.parametrize("statement", [REFUSE, REFUSE_COMMIT])
def test_a_checkpoint_that_was_kept_and_not_published_is_published_next_time(
    log: Logbook, statement: str
) -> None:
    prepare(log)
    log.sequence()
    memory = SignedCheckpoints(settings.ASSENT_SIGNER_DIR)
    with failing(log, statement, "checkpoint"), pytest.raises(psycopg.Error):
        sign_log(log.session, log.tenant)
    kept = memory.last(log.status().vkey)
    assert log.status().size == 300
    assert kept
    assert kept.checkpoint.size == 600
    assert log.sign()
    ((note,),) = log.rows(
        "SELECT note FROM ledger_checkpoint WHERE tenant_id = %s AND size = 600", log.tenant
    )
    assert bytes(note) == kept.note
    assert log.finding() == ("", None)


def test_a_log_that_grew_after_an_unpublished_checkpoint_is_signed_at_its_new_size(log: Logbook) -> None:
    prepare(log)
    log.sequence()
    with failing(log, REFUSE, "checkpoint"), pytest.raises(psycopg.Error):
        sign_log(log.session, log.tenant)
    log.write(10)
    assert log.drain() == 10
    assert log.status().size == 610
    assert log.finding() == ("", None)


def test_a_publication_that_failed_but_persisted_is_not_repeated(log: Logbook) -> None:
    prepare(log)
    log.sequence()
    with pytest.raises(psycopg.OperationalError):
        sign_log(AnswerLost(log.session), log.tenant)  # type: ignore[arg-type]
    assert log.status().size == 600
    assert not log.sign()
    assert log.finding() == ("", None)


def test_a_folder_that_takes_no_file_publishes_nothing(log: Logbook) -> None:
    log.write(3)
    log.sequence()
    folder = settings.ASSENT_SIGNER_DIR
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("not a folder")
    assert sign_grown(log.session) == 0
    assert (log.status().size, log.status().log.alarm) == (0, "signing-failed")
    folder.unlink()
    assert log.sign()
    assert (log.status().size, log.status().log.alarm) == (3, "")
    assert log.finding() == ("", None)
