"""Sequencing: in order, once, whoever runs, whoever dies."""

import random
import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from ledger.clock import Clock
from ledger.entry import parse_leaf
from ledger.errors import ClockJumped, NotDurable
from ledger.hashing import leaf_hash
from ledger.sequencer import Session, open_session, require_durable, sequence_batch, sequence_waiting
from ledger.sequencing import drain
from ledger.tree import root
from tests.ledger.logbook import Logbook
from tests.serving import Node

# Sizes around the edges of tiles.
STEPS = (1, 2, 252, 1, 1, 255, 1, 300, 700)
LEAVES = "SELECT submission_id, leaf FROM ledger_entry WHERE tenant_id = %s ORDER BY index"


def test_the_log_holds_whole_after_each_batch_as_it_grows(log: Logbook) -> None:
    people = [uuid4(), uuid4(), None]
    for step in STEPS:
        log.write(step, people)
        assert log.drain() == step
        leaves = [bytes(leaf) for _, leaf in log.rows(LEAVES, log.tenant)]
        report = log.verify()
        assert report.finding is None
        assert report.root == root(leaf_hash(leaf) for leaf in leaves)
    assert report.size == sum(STEPS)
    assert report.checkpoints == len(STEPS) + 1  # the published ones, and the signer's own


def test_entries_stand_in_the_order_in_which_they_were_inserted(log: Logbook) -> None:
    promised = [each.promise.id for each in log.write(500)]
    log.sequence()
    assert [submission for submission, _ in log.rows(LEAVES, log.tenant)] == promised


def test_a_persons_chain_goes_on_across_batches(log: Logbook) -> None:
    patient, other = uuid4(), uuid4()
    for _ in range(3):
        log.write(4, [patient, other, None])
        log.sequence()
    leaves = [parse_leaf(bytes(leaf)) for _, leaf in log.rows(LEAVES, log.tenant)]
    name = log.entry(log.append(patient)).subject
    mine = [leaf for leaf in leaves if leaf.subject == name]
    assert [leaf.subject_index for leaf in mine] == list(range(6))
    assert [leaf.subject_prev for leaf in mine] == [bytes(32), *(leaf.hash() for leaf in mine[:-1])]


def test_logs_do_not_wait_for_each_other(log: Logbook, other_log: Logbook) -> None:
    log.write(3)
    other_log.write(2)
    assert (log.drain(), other_log.drain()) == (3, 2)
    assert (log.finding(), other_log.finding()) == (("", None), ("", None))


def test_while_one_sequencer_writes_to_a_log_another_leaves_it_alone(log: Logbook) -> None:
    log.write(3)
    with open_session() as other:
        assert sequence_batch(other, log.tenant, Clock()) == 0
    assert log.sequence() == 3


def test_two_sequencers_at_once_double_and_lose_nothing(log: Logbook) -> None:
    promised, done = set[UUID](), threading.Event()
    log.release()

    def sequence() -> None:
        with open_session() as session:
            clock = Clock()
            while not done.is_set():
                sequence_waiting(session, clock)

    threads = [threading.Thread(target=sequence) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(40):
        promised |= {each.promise.id for each in log.write(10, [uuid4(), None])}
    done.set()
    for thread in threads:
        thread.join()
    log.drain()
    entries = [submission for submission, _ in log.rows(LEAVES, log.tenant)]
    assert len(entries) == 400
    assert set(entries) == promised
    assert log.finding() == ("", None)


def test_a_submission_that_comes_again_is_dropped(log: Logbook) -> None:
    promise = log.append()
    copy = "INSERT INTO ledger_submission (tenant_id, id, type, actor, subject, time, digest, body) SELECT"
    columns = "tenant_id, submission_id, type, actor, subject, now()"
    log.drain()
    log.tamper(f"{copy} {columns}, sha256(body), body FROM ledger_entry WHERE tenant_id = %s", log.tenant)
    assert log.drain() == 0
    assert (log.status().backlog, log.status().entries, log.status().log.alarm) == (0, 1, "")
    assert log.entry(promise).index == 0


def test_a_submission_that_comes_again_with_another_body_is_kept_and_raises_the_alarm(log: Logbook) -> None:
    log.append()
    copy = "INSERT INTO ledger_submission (tenant_id, id, type, actor, subject, time, digest, body) SELECT"
    columns = "tenant_id, submission_id, type, actor, subject, now()"
    log.drain()
    log.tamper(f"{copy} {columns}, sha256('x'), 'x' FROM ledger_entry WHERE tenant_id = %s", log.tenant)
    log.append()
    assert log.drain() == 1
    assert (log.status().backlog, log.status().log.alarm) == (1, "submission-conflict")
    assert log.finding()[0] == "submission-conflict"


def test_a_clock_that_is_behind_the_log_stops_sequencing_until_it_is_right(log: Logbook) -> None:
    log.filled(2)
    ahead, state = datetime.now(UTC) + timedelta(seconds=90), "UPDATE ledger_state SET last_time = %s"
    log.tamper(f"{state} WHERE tenant_id = %s", ahead, log.tenant)
    log.append()
    with pytest.raises(ClockJumped):
        log.sequence()
    assert sequence_waiting(log.session, log.clock) == 0
    assert (log.status().log.alarm, log.status().backlog) == ("clock-jumped", 1)
    log.tamper(f"{state} WHERE tenant_id = %s", datetime.now(UTC) - timedelta(seconds=1), log.tenant)
    assert log.sequence() == 1
    assert log.status().log.alarm == ""


def test_a_clock_a_little_behind_the_log_repeats_its_last_time(log: Logbook) -> None:
    log.filled(1)
    ahead = datetime.now(UTC) + timedelta(seconds=30)
    log.tamper("UPDATE ledger_state SET last_time = %s WHERE tenant_id = %s", ahead, log.tenant)
    promise = log.append()
    log.sequence()
    assert log.entry(promise).time == ahead


def test_a_clock_that_jumped_is_not_trusted_again_by_the_same_process() -> None:
    clock = Clock()
    assert clock.read(None) <= datetime.now(UTC)
    clock._wall -= timedelta(seconds=61)  # as if the machine's clock had been set forward
    for _ in range(2):
        with pytest.raises(ClockJumped):
            clock.read(None)


def test_a_database_that_may_lose_commits_is_refused(log: Logbook) -> None:
    log.session.execute("SET synchronous_commit = off")
    with pytest.raises(NotDurable, match="can lose entries"):
        require_durable(log.session)


def test_the_growth_of_a_log_is_notified_with_its_tenant(log: Logbook) -> None:
    log.superuser.execute("LISTEN assent_ledger")
    log.append()
    log.sequence()
    heard = [each.payload for each in log.superuser.notifies(timeout=5, stop_after=1)]
    assert heard == [str(log.tenant)]


def test_rows_that_stand_beyond_the_end_of_the_log_make_it_read_only(log: Logbook) -> None:
    log.filled(3)
    log.tamper("UPDATE ledger_state SET size = 2 WHERE tenant_id = %s", log.tenant)
    log.append()
    assert sequence_waiting(log.session, log.clock) == 0
    assert (log.status().log.alarm, log.status().log.read_only) == ("tree-broken", True)


def test_a_sequencer_ends_after_its_batch_when_it_is_told_or_its_parent_is_gone(
    log: Logbook, sequencers: Node
) -> None:
    for end in ("terminate", "close its pipe"):
        sequencers.start_sequencer()
        log.append()
        wait_until_sequenced(log)
        child = sequencers.children.pop("sequencer")
        assert child.stdin
        if end == "terminate":
            child.terminate()
        else:
            child.stdin.close()
        assert child.wait(10) == 0
        child.stdin.close()
    assert "sequencer stopped" in sequencers.log("sequencer")


def test_a_sequencer_whose_connection_is_cut_goes_on_with_a_new_one(log: Logbook, sequencers: Node) -> None:
    sequencers.start_sequencer()
    log.append()
    wait_until_sequenced(log)
    own = log.session.info.backend_pid
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'assent_sequencer' AND pid <> %s"
    assert log.rows(cut, own)
    log.append()
    wait_until_sequenced(log)
    sequencers.check()
    assert log.status().entries == 2


def test_killed_sequencers_lose_and_double_nothing(log: Logbook, sequencers: Node) -> None:
    """Under writers that do not stop, with a backlog of some batches: SIGKILL at a random moment, three times."""
    acknowledged, done, patient = list[UUID](), threading.Event(), uuid4()
    for _ in range(24):
        acknowledged += [each.promise.id for each in log.write(1000, [uuid4(), uuid4(), None])]

    def write() -> None:
        while not done.is_set():
            acknowledged.append(log.append(patient).promise.id)
            time.sleep(0.002)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    chance, killed_at = random.Random(20261123), list[int]()  # noqa: S311 - no secret
    others = sessions(log)
    try:
        for _ in range(3):
            before = size(log.session, log.tenant)
            sequencers.start_sequencer()
            end = time.monotonic() + 60
            while size(log.session, log.tenant) == before:
                sequencers.check()
                assert time.monotonic() < end, log.status().log.alarm or "the sequencer makes nothing"
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.06))
            sequencers.kill("sequencer")
            wait_for_sessions(log, others)
            killed_at.append(size(log.session, log.tenant))
    finally:
        done.set()
        writer.join()
    waiting = log.status().backlog
    log.drain()
    entries = [submission for submission, _ in log.rows(LEAVES, log.tenant)]
    assert killed_at == sorted(killed_at)
    assert killed_at[0] < 24_000, "the first kill came after all batches: it proves nothing"
    assert waiting + killed_at[-1] == len(acknowledged)
    assert len(entries) == len(acknowledged)
    assert set(entries) == set(acknowledged)
    assert log.finding() == ("", None)


def test_everything_that_waits_in_any_log_is_drained(log: Logbook) -> None:
    log.write(5)
    log.release()
    assert drain() >= 5
    assert log.status().size == 5


def size(session: Session, tenant: UUID) -> int:
    row = session.execute("SELECT size FROM ledger_state WHERE tenant_id = %s", [tenant]).fetchone()
    return int(row[0]) if row else 0


def sessions(log: Logbook) -> int:
    """How many sessions of sequencers the database has."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'assent_sequencer' AND datname = current_database()"
    ((count,),) = log.rows(query)
    return int(count)


def wait_for_sessions(log: Logbook, count: int) -> None:
    """Until the session of a killed sequencer is gone: it may still commit its last batch, and holds the log's lock."""
    for _ in range(1000):
        if sessions(log) == count:
            return
        time.sleep(0.01)
    raise AssertionError("the session of the killed sequencer did not end within 10 s")


def wait_until_sequenced(log: Logbook) -> None:
    for _ in range(1000):
        if log.status().backlog == 0:
            return
        time.sleep(0.01)
    raise AssertionError("the sequencer did not sequence within 10 s")
