"""The sequencer: gives submissions their index, chains them and folds them into the tree.

One transaction a batch. Whatever dies, and whenever, a submission either still waits or is an entry, and
never both: the same transaction inserts the one and deletes the other. Many sequencers may run; an advisory
lock, held until the transaction ends, lets one of them write to a log at a time.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections

from ledger import sequencer_sql as sql
from ledger.batch import Batch, Head, Tail, Waiting, chain
from ledger.clock import Clock
from ledger.errors import ClockJumped, LedgerError, NotDurable, TreeBroken
from ledger.stored_tiles import Query, stored_tile
from ledger.tiles import FULL_WIDTH, Tile, split_tile
from ledger.tree import TILE_HEIGHT, Frontier

logger = logging.getLogger(__name__)

BATCH = 4096
CHANNEL = "assent_ledger"
"""NOTIFY with a tenant's id: its log grew."""

CONFLICT, FAILED = "submission-conflict", "sequencing-failed"
PASSING = {ClockJumped.code, FAILED}
"""Alarms that are over when a batch succeeds."""

Session = psycopg.Connection[tuple[Any, ...]]
Answer = psycopg.Cursor[tuple[Any, ...]]


@contextmanager
def open_session() -> Iterator[Session]:
    """A connection as the sequencer's role, in autocommit, with real parameters instead of Django's literals."""
    wrapper = connections["sequencer"]
    parameters = {key: value for key, value in wrapper.get_connection_params().items() if key != "context"}
    parameters |= {"cursor_factory": psycopg.Cursor, "autocommit": True}
    with psycopg.connect(**parameters) as session:
        session.execute("SET work_mem = '64MB'")  # a batch moves within memory
        # A plan that was kept from small batches joins large ones row by row.
        session.execute("SET plan_cache_mode = force_custom_plan")
        yield session


def require_durable(session: Session) -> None:
    """Refuse a database that may lose what it acknowledged: a promise would be broken by a power cut."""
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        (value,) = session.execute("SELECT current_setting(%s)", [name]).fetchone() or ("",)
        if value == "off":
            raise NotDurable(f"The database runs with {name}=off and can lose entries. Set {name}=on.")


def sequence_waiting(session: Session, clock: Clock, *, patient: bool = False) -> int:
    """One batch for each log that has submissions waiting. Returns how many entries were made.

    `patient`: wait for a log that another sequencer is at, instead of leaving it to that one.
    """
    made = 0
    for (tenant,) in session.execute(sql.WAITING_LOGS).fetchall():
        with alarmed(session, tenant, FAILED):
            made += sequence_batch(session, tenant, clock, patient=patient)
    return made


def sequence_batch(session: Session, tenant: UUID, clock: Clock, *, patient: bool = False) -> int:
    """Sequence up to BATCH submissions of one log. 0 if nothing waits or another sequencer is at it.

    Statements that need no answer of each other go over together: on a busy machine each answer is a wait for a turn
    of the processor, and what waits for its index waits for all of them.
    """
    with session.pipeline() as together, session.transaction():
        locked = _ask_for_lock(session, tenant, patient=patient)
        # Only a statement that starts after the lock was taken sees what the last holder committed.
        end = session.execute(sql.TAIL, [tenant], binary=True)
        taken = session.execute(sql.TAKE, [tenant, BATCH], binary=True)
        if not _is_locked(locked):
            return 0
        origin, alarm, tail = _tail(end)
        waiting = _settle_repeats(session, tenant, [Waiting(*row) for row in taken])
        if not waiting:
            return 0
        time = clock.read(tail.last_time)
        heads = _read_heads(session, tenant, waiting)
        batch = chain(tail, log=origin, time=time, waiting=waiting, heads=heads)
        moved = _write_entries(session, tenant, batch)
        _write_tiles(session, tenant, batch)
        tail_moved = _write_tail(session, tenant, tail, batch)
        if alarm in PASSING:
            session.execute(sql.CLEAR_ALARM, [tenant, alarm])
        session.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(tenant)])
        together.sync()
        if moved.rowcount != batch.size:
            raise TreeBroken("Submissions disappeared while they were being sequenced.")
        if tail_moved.rowcount != 1:
            raise TreeBroken("The log moved while it was locked.")
    return batch.size


def lock_log(session: Session, tenant: UUID, *, patient: bool = False) -> bool:
    """Become the one that writes to this log, until the transaction ends; False if another one is.

    `patient`: wait until that one is done.
    """
    return _is_locked(_ask_for_lock(session, tenant, patient=patient))


def read_tail(session: Session, tenant: UUID) -> tuple[str, str, Tail]:
    """The log's origin, its alarm, and where it ends. The caller holds the log's lock."""
    return _tail(session.execute(sql.TAIL, [tenant], binary=True))


def _tail(answer: Answer) -> tuple[str, str, Tail]:
    row = answer.fetchone()
    if row is None:
        raise TreeBroken("The log is read-only, or not in the directory any more.")
    origin, alarm, size, last_hash, last_time, frontier = row
    if size is None:
        return origin, alarm, Tail.of_empty()
    tail = Tail(Frontier.from_bytes(frontier), last_hash, last_time.astimezone(UTC))
    if tail.size != size:
        raise TreeBroken("The log's state names another size than its tree has.")
    return origin, alarm, tail


def _ask_for_lock(session: Session, tenant: UUID, *, patient: bool) -> Answer:
    return session.execute(sql.LOCK if patient else sql.TRY_LOCK, [f"ledger.log:{tenant}"])


def _is_locked(answer: Answer) -> bool:
    """What waited for the lock has it, and answers nothing."""
    (locked,) = answer.fetchone() or (False,)
    return locked is not False


def query(session: Session) -> Query:
    return lambda statement, values: session.execute(statement, values).fetchall()


@contextmanager
def alarmed(session: Session, tenant: UUID, failed: str) -> Iterator[None]:
    """Make an alarm of what goes wrong with one log, so that the others go on."""
    try:
        yield
    except psycopg.OperationalError:
        raise  # the server's trouble, not this log's
    except psycopg.IntegrityError:
        # What is to be inserted is there already: rows stand beyond the end of the log.
        raise_alarm(session, tenant, TreeBroken.code, read_only=True)
    except (psycopg.Error, OSError):
        raise_alarm(session, tenant, failed)
    except LedgerError as error:
        raise_alarm(session, tenant, error.code, read_only=isinstance(error, TreeBroken))


def raise_alarm(session: Session, tenant: UUID, code: str, *, read_only: bool = False) -> None:
    """Make it visible that a log needs a person; once for each reason."""
    if session.execute(sql.RAISE_ALARM, [code, read_only, tenant, code, read_only]).fetchone():
        logger.error("alarm %s on the log of %s%s", code, tenant, ": read-only" if read_only else "")


def _settle_repeats(session: Session, tenant: UUID, waiting: list[Waiting]) -> list[Waiting]:
    """Drop what stands in the log already; keep, and raise the alarm for, what stands there differently."""
    repeats = [each for each in waiting if each.earlier is not None]
    if not repeats:
        return waiting
    same = [each.seq for each in repeats if each.earlier == each.digest]
    other = [each.seq for each in repeats if each.earlier != each.digest]
    if same:
        session.execute(sql.DROP_REPEATS, [tenant, same])
    if other:
        session.execute(sql.KEEP_CONFLICTS, [tenant, other])
        raise_alarm(session, tenant, CONFLICT)
    return [each for each in waiting if each.earlier is None]


def _read_heads(session: Session, tenant: UUID, waiting: Sequence[Waiting]) -> dict[str, Head]:
    subjects = list({each.subject for each in waiting if each.subject is not None})
    if not subjects:
        return {}
    rows = session.execute(sql.HEADS, [tenant, subjects], binary=True)
    return {subject: Head(count, head_hash) for subject, count, head_hash in rows}


def _write_entries(session: Session, tenant: UUID, batch: Batch) -> Answer:
    columns = [batch.ids, batch.indices, batch.leaves, batch.hashes, batch.subject_indices]
    moved = session.execute(sql.MOVE_TO_ENTRIES, [tenant, batch.seqs, *columns, tenant, batch.time])
    session.execute(sql.MAP_SUBMISSIONS, [tenant, batch.ids, batch.indices, batch.digests])
    if batch.heads:
        counts, hashes = zip(*batch.heads.values(), strict=True)
        session.execute(sql.MOVE_HEADS, [tenant, list(batch.heads), list(counts), list(hashes)])
    return moved


def _write_tiles(session: Session, tenant: UUID, batch: Batch) -> None:
    """Store the tiles that the batch filled, level by level: the roots of one level are hashes of the next."""
    level, before, after = 0, batch.first, batch.first + batch.size
    hashes = batch.hashes
    while before // FULL_WIDTH != after // FULL_WIDTH:
        first, last = before // FULL_WIDTH, after // FULL_WIDTH
        if before % FULL_WIDTH:
            begun = Tile(level, first, before % FULL_WIDTH)
            hashes = split_tile(stored_tile(query(session), tenant, begun), begun.width) + hashes
        full = [hashes[at : at + FULL_WIDTH] for at in range(0, (last - first) * FULL_WIDTH, FULL_WIDTH)]
        roots = [node.hash for node in batch.filled if node.level == TILE_HEIGHT * (level + 1)]
        tiles = [b"".join(tile) for tile in full]
        session.execute(sql.STORE_TILES, [tenant, level, list(range(first, last)), tiles, roots])
        level, before, after, hashes = level + 1, first, last, roots


def _write_tail(session: Session, tenant: UUID, tail: Tail, batch: Batch) -> Answer:
    values = [tenant, tail.size, tail.last_hash, tail.last_time, tail.frontier.to_bytes(), batch.first]
    return session.execute(sql.MOVE_TAIL, values)
