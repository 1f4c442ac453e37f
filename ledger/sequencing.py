"""The sequencer's working day: when to look, when to sign, what to do when the database is away."""

import logging
import time
from collections.abc import Callable
from threading import Event

import psycopg
from django.db import DatabaseError, connections

from ledger.cadence import append_due_padding
from ledger.clock import Clock
from ledger.head_entries import append_due_heads
from ledger.sequencer import Session, open_session, require_durable, sequence_waiting
from ledger.signer import check_all, sign_grown
from ledger.witnessing import compare_with_witnesses, witnessing

logger = logging.getLogger(__name__)

BUSY_SECONDS = 0.010
IDLE_SECONDS = 0.200
SIGN_SECONDS = 1.0
RETRY_SECONDS = 5.0
HEADS_SECONDS = 60.0
"""How often to look whether a log is due a heads entry."""

Wait = Callable[[float], bool]
"""Sleeps for so many seconds, or less; True when it is time to end."""


def run(wait: Wait, *, durable: bool = True) -> None:
    """Sequence and sign until `wait` says so. A lost database is waited for; a broken log raises its alarm.

    `durable` False is for test servers, which run without fsync.
    """
    clock, pause = Clock(), BUSY_SECONDS
    while not wait(pause):
        try:
            with open_session() as session:
                if durable:
                    require_durable(session)
                check_all(session)
                compare_with_witnesses(session)
                logger.info("sequencer started")
                pause = BUSY_SECONDS
                with witnessing() as signed:
                    _serve(session, clock, wait, signed)
                break
        except psycopg.Error as error:
            logger.warning("the database failed (%s); trying again", type(error).__name__)
            pause = min(pause * 2, RETRY_SECONDS)
    logger.info("sequencer stopped")


def drain(session: Session | None = None) -> int:
    """Sequence everything that waits and sign it, also beside a running sequencer. Returns how many entries it made."""
    if session is None:
        with open_session() as opened:
            return drain(opened)
    clock, made = Clock(), 0
    while count := sequence_waiting(session, clock, patient=True):
        made += count
    sign_grown(session, patient=True)
    return made


def _serve(session: Session, clock: Clock, wait: Wait, grown: Event) -> None:
    pause, signed, looked = BUSY_SECONDS, 0.0, time.monotonic()
    while not wait(pause):
        made = sequence_waiting(session, clock)
        if (now := time.monotonic()) - signed >= SIGN_SECONDS and sign_grown(session):
            signed = now  # from beginning to beginning: what signing takes is not waited for twice
            grown.set()
        if time.monotonic() - looked >= HEADS_SECONDS:
            looked = time.monotonic()
            _write_by_itself()
        pause = BUSY_SECONDS if made else min(pause * 2, IDLE_SECONDS)


def _write_by_itself() -> None:
    """Heads and padding; as the app, whose role alone may append. What fails is tried again at the next look."""
    try:
        append_due_heads()
        append_due_padding()
    except DatabaseError as error:
        logger.warning("no heads entries were written, or no padding: %s", type(error).__name__)
    finally:
        connections["default"].close()
