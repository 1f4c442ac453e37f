"""Asking the witnesses of this node's logs, beside the sequencer, which never waits for them.

A thread of its own offers each witness the newest checkpoint. What a witness says is believed only as far as it
proves it: a checkpoint that our own key or the witness's signed, and that our tree does not contain, stops the log.
The witness's counts too, because a database that was set back past a rotation has forgotten a key of ours.
"""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Thread
from typing import NamedTuple
from uuid import UUID

import psycopg

from ledger import sequencer_sql as sql
from ledger.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from ledger.errors import FormatError, LedgerError, ProofError, TreeBroken, WitnessAhead
from ledger.note import open_note, parse_vkey
from ledger.sequencer import Session, open_session, query, raise_alarm
from ledger.signing_keys import read_keys
from ledger.stored_tiles import StoredTree
from ledger.tree import consistency_proof, root_at
from ledger.witness_client import Witness, last_checkpoint, offer

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often to look for what is due without being woken: what failed, or was added."""
RETRY_SECONDS = 5.0
AT_ONCE = 8


class Due(NamedTuple):
    """A witness, what it cosigned last, and the newest checkpoint of its log."""

    tenant: UUID
    origin: str
    name: str
    vkey: str
    url: str
    known: int
    size: int
    note: bytes

    @property
    def witness(self) -> Witness:
        return Witness(self.name, self.vkey, self.url)


@contextmanager
def witnessing() -> Iterator[Event]:
    """Keep asking in the background. Set the event when a checkpoint was signed."""
    wake, ending = Event(), Event()
    thread = Thread(target=_keep_asking, args=(wake, ending), name="witnessing", daemon=True)
    thread.start()
    try:
        yield wake
    finally:
        ending.set()
        wake.set()
        thread.join(timeout=RETRY_SECONDS)


def offer_due(session: Session) -> int:
    """Offer every witness what it has not cosigned yet, and wait for all of them. Returns how many cosigned."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(lambda due: _offer(session, due), _due(session)))


def compare_with_witnesses(session: Session) -> None:
    """At start: has a witness seen more of a log than we have, or something else? Then the log takes nothing more.

    One that does not answer within its few seconds is passed over.
    """
    rows = [Due._make([*row, 0, b""]) for row in session.execute(sql.WITNESSES).fetchall()]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda due: _compare(session, due), rows))


def _keep_asking(wake: Event, ending: Event) -> None:
    while not ending.is_set():
        try:
            with open_session() as session, _pool() as pool:
                _ask(session, pool, wake, ending)
        except psycopg.Error as error:
            logger.warning("the database failed while asking witnesses (%s)", type(error).__name__)
            ending.wait(RETRY_SECONDS)


@contextmanager
def _pool() -> Iterator[ThreadPoolExecutor]:
    """At its end nobody is asked any more, and who was asked is waited for no longer than the answer may take."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _ask(session: Session, pool: ThreadPoolExecutor, wake: Event, ending: Event) -> None:
    """A witness that is slow keeps only itself waiting."""
    asked: dict[tuple[UUID, str], Future[bool]] = {}
    while not ending.is_set():
        wake.wait(LOOK_SECONDS)
        wake.clear()
        for future in [future for future in asked.values() if future.done()]:
            future.result()
        asked = {who: future for who, future in asked.items() if not future.done()}
        for due in [] if ending.is_set() else _due(session):
            if (due.tenant, due.name) not in asked:
                asked[due.tenant, due.name] = pool.submit(_offer, session, due)


def _due(session: Session) -> list[Due]:
    rows = session.execute(sql.DUE_WITNESSES, [RETRY_SECONDS])
    return [Due._make([*row[:-1], bytes(row[-1])]) for row in rows]


def _offer(session: Session, due: Due) -> bool:
    def prove(old: int) -> Sequence[bytes]:
        tree = StoredTree(query(session), due.tenant, due.size)
        return consistency_proof(old=old, new=due.size, reader=tree) if old <= due.size else []

    try:
        line = offer(due.witness, due.note, size=due.size, old=due.known, prove=prove)
    except LedgerError as error:
        _failed(session, due, error)
        return False
    # One statement: other threads use this session too, which has one transaction at a time.
    session.execute(
        sql.COSIGNED, [due.tenant, due.size, due.name, line.line(), due.size, due.tenant, due.name]
    )
    return True


def _failed(session: Session, due: Due, error: LedgerError) -> None:
    session.execute(sql.WITNESS_FAILED, [str(error)[:200], due.tenant, due.name])
    logger.warning("the witness %s did not cosign: %s", due.name, error)
    if not isinstance(error, WitnessAhead):
        return
    # A newer checkpoint of ours may have reached it meanwhile; only what it can show counts.
    _compare(session, due)


def _compare(session: Session, due: Due) -> None:
    """Compare what the witness can show with what we have."""
    try:
        note = last_checkpoint(due.witness, due.origin)
        if note is None:
            return
        _require_contained(session, due.tenant, _open(session, due, note))
    except TreeBroken as error:
        logger.error("the witness %s: %s", due.name, error)  # noqa: TRY400 - the sentence says it
        raise_alarm(session, due.tenant, TreeBroken.code, read_only=True)
    except (ProofError, FormatError):
        logger.warning("the witness %s shows a checkpoint that neither the log nor it signed", due.name)
    except LedgerError as error:
        logger.warning("the witness %s was not compared with: %s", due.name, error)


def _open(session: Session, due: Due, note: bytes) -> Checkpoint:
    """A checkpoint of this log by a key of ours; by the witness's own where we do not know who signed for us."""
    try:
        return open_checkpoint(note, read_keys(session, due.tenant).verifiers)
    except ProofError:
        seen = parse_checkpoint(open_note(note, [parse_vkey(due.vkey)]).text)
    if seen.origin != due.origin:
        raise ProofError("It shows a checkpoint of another log.")
    return seen


def _require_contained(session: Session, tenant: UUID, seen: Checkpoint) -> None:
    row = session.execute(sql.SIZE, [tenant]).fetchone()
    size = row[0] if row else 0
    if size < seen.size:
        raise TreeBroken(f"It cosigned {seen.size} entries, of which {size} are left.")
    if root_at(seen.size, StoredTree(query(session), tenant, size)) != seen.root:
        raise TreeBroken(f"It cosigned another tree of {seen.size} entries, under our own name.")
