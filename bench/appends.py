"""Appends committed and sequenced, against raw INSERTs of the same bytes and against a chain with a locked head."""

import hashlib
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple
from uuid import UUID

import psycopg
from django.db import connections

from bench.figures import Figure
from bench.world import Bench, disconnect
from bench.writers import rate
from ledger import services
from ledger.clock import Clock
from ledger.identity import new_id
from ledger.scope import tenant_scope
from ledger.sequencer import BATCH, open_session, sequence_batch

WRITERS, OTHERS = 32, (1, 8, 128, 256)
SHORT = 2.0
BATCHES = 6
INSERT = (
    "INSERT INTO bench_raw (tenant, id, type, actor, subject, time, digest, body)"
    " VALUES (%s, %s, %s, %s, %s, now(), %s, %s)"
)
# When an entry had its index, and when the first checkpoint that covers it was there, by the time of their COMMITs.
SEQUENCED = """
SELECT s.submission_id, extract(epoch FROM pg_xact_commit_timestamp(s.xmin)), (
  SELECT extract(epoch FROM pg_xact_commit_timestamp(c.xmin)) FROM ledger_checkpoint c
  WHERE c.tenant_id = s.tenant_id AND c.size > s.index ORDER BY c.size LIMIT 1)
FROM ledger_sequenced s WHERE s.tenant_id = %s AND s.submission_id = ANY(%s)
"""
AUDIT = {
    "who": {"id": "0" * 36, "name": "Dr Jonas Okafor", "title": "Diabetes doctor"},
    "organisation": "Riverside", "action": "read", "purpose": "TREAT", "layer": "contract",
    "resources": [{"type": "Observation", "id": "0" * 36, "version": 1, "hash": "0" * 64}],
    "clauses": ["0" * 64 + ":permit"], "sentence": "Dr Jonas Okafor can read your lab results until 1 March 2027.",
}  # fmt: skip
INPUTS = {
    "principal": "0" * 36,
    "context": {"purpose": "TREAT", "now": 1_800_000_000_000_000},
    "code": ["0" * 64],
}


class Written(NamedTuple):
    """An appended entry, and when its COMMIT had returned: seconds since 1970."""

    id: UUID
    time: float


def figures(bench: Bench, *, seconds: float = 5.0) -> Iterator[Figure]:
    people = [new_id() for _ in range(50)]
    append_many(bench.tenant, people, len(people))  # keys and pseudonyms are made once in a life
    with bench.sequencer():
        bench.wait_until_sequenced(len(people))
        ours, written = _appending(bench, people, WRITERS, seconds)
        others = {count: _appending(bench, people, count, SHORT)[0] for count in OTHERS}
        bench.wait_until_signed()
    body, (waits, signed) = bench.mean_body_size(), _waits(bench, written)
    raw = rate(lambda: _raw(bench.dsn, body), writers=WRITERS, seconds=seconds).rate
    scoped = rate(lambda: _raw_scoped(bench.dsn, body), writers=WRITERS, seconds=seconds).rate
    locked = rate(lambda: _locked_head(bench.dsn, body), writers=WRITERS, seconds=seconds).rate
    yield Figure("appends committed and sequenced, 32 writers", ours, "1/s")
    yield Figure("raw INSERTs of the same bytes, 32 writers", raw, "1/s")
    yield Figure("raw INSERTs with BEGIN, set_config, COMMIT, 32 writers", scoped, "1/s")
    yield Figure("chain with a locked head row, 32 writers", locked, "1/s")
    yield Figure("appends / raw INSERTs", ours / raw, "ratio", ">= 0.85")
    yield Figure("appends / raw INSERTs with BEGIN, set_config, COMMIT", ours / scoped, "ratio")
    yield Figure("appends / locked-head chain", ours / locked, "ratio", ">= 10")
    for count, made in others.items():
        plain = rate(lambda: _raw(bench.dsn, body), writers=count, seconds=SHORT).rate
        yield Figure(f"appends, {count} writers", made, "1/s")
        yield Figure(f"appends / raw INSERTs, {count} writers", made / plain, "ratio")
    yield Figure("commit to sequenced, 32 writers, p50", statistics.median(waits) * 1000, "ms", "<= 20")
    yield Figure("commit to sequenced, 32 writers, p99", _percentile(waits, 99) * 1000, "ms", "<= 100")
    yield Figure("commit to signed, 32 writers, p50", statistics.median(signed) * 1000, "ms", "<= 500")
    yield Figure("commit to signed, 32 writers, p99", _percentile(signed, 99) * 1000, "ms", "<= 1050")
    yield Figure(
        f"sequencing alone, batches of {BATCH}", _sequencing(bench.tenant, people), "1/s", ">= 40000"
    )


def _appending(bench: Bench, people: list[UUID], writers: int, seconds: float) -> tuple[float, list[Written]]:
    """Entries a second, from the first append until all are sequenced; and what was written."""
    size = bench.chained()
    ran = rate(lambda: _appender(bench.tenant, people), writers=writers, seconds=seconds)
    ended = time.perf_counter()
    while bench.chained() < size + ran.calls:  # what is not sequenced yet counts against us
        time.sleep(0.02)
    return ran.rate * seconds / (seconds + time.perf_counter() - ended), ran.returned


def append_many(tenant: UUID, people: list[UUID], count: int) -> None:
    """So many entries in one transaction, and no connection left open: a fork would share it."""
    with tenant_scope(tenant):
        for number in range(count):
            person = people[number % len(people)]
            services.append(type="access.permitted", actor=person, subject=person, audit=AUDIT, inputs=INPUTS)
    disconnect()


def _sequencing(tenant: UUID, people: list[UUID]) -> float:
    """Entries a second when nobody else writes: the median batch. The first one, which warms up, is left out."""
    append_many(tenant, people, BATCHES * BATCH)
    clock, rates = Clock(), []
    with open_session() as session:
        for _ in range(BATCHES):
            started = time.perf_counter()
            made = sequence_batch(session, tenant, clock)
            rates.append(made / (time.perf_counter() - started))
    return statistics.median(rates[1:])


def _waits(bench: Bench, written: list[Written]) -> tuple[list[float], list[float]]:
    """How many seconds after its own COMMIT each entry had its index, and was under a signed checkpoint."""
    committed = {each.id: each.time for each in written}
    with psycopg.connect(bench.dsn) as administrator:
        rows = administrator.execute(SEQUENCED, [bench.tenant, list(committed)]).fetchall()
    assert len(rows) == len(committed)
    # Who waits long for a turn of the processor learns of its own COMMIT after that of the sequencer.
    sequenced = [max(0.0, float(time) - committed[submission]) for submission, time, _ in rows]
    signed = [max(0.0, float(time) - committed[submission]) for submission, _, time in rows]
    return sequenced, signed


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


def _appender(tenant: UUID, people: list[UUID]) -> Callable[[], Written]:
    mine = people[os.getpid() % len(people)]
    connections["default"].settings_dict["OPTIONS"]["pool"] = (
        None  # a writer has one connection, as the raw ones do
    )

    def write() -> Written:
        with tenant_scope(tenant):
            signed = services.append(
                type="access.permitted", actor=mine, subject=mine, audit=AUDIT, inputs=INPUTS
            )
        return Written(signed.promise.id, time.time())

    return write


def _raw(dsn: str, body: int) -> Callable[[], object]:
    connection = psycopg.connect(dsn, autocommit=True)
    content = os.urandom(body)
    tenant = new_id()

    def write() -> None:
        connection.execute(
            INSERT, [tenant, new_id(), "access.permitted", "0" * 40, "1" * 40, content[:32], content]
        )

    return write


def _raw_scoped(dsn: str, body: int) -> Callable[[], object]:
    """What row-level security and a caller's transaction cost by themselves: three more statements."""
    connection = psycopg.connect(dsn, autocommit=True)
    content, tenant = os.urandom(body), new_id()

    def write() -> None:
        with connection.transaction():
            connection.execute("SELECT set_config('assent.tenant', %s, true)", [str(tenant)])
            connection.execute(
                INSERT, [tenant, new_id(), "access.permitted", "0" * 40, "1" * 40, content[:32], content]
            )

    return write


def _locked_head(dsn: str, body: int) -> Callable[[], object]:
    """What a chain costs when each append takes the head: read it, hash, insert, move it, commit."""
    connection = psycopg.connect(dsn)
    content = os.urandom(body)

    def write() -> None:
        with connection.transaction():
            row = connection.execute("SELECT size, hash FROM bench_head FOR UPDATE").fetchone()
            assert row is not None
            size, head = row
            new = hashlib.sha256(bytes(head) + content).digest()
            connection.execute("INSERT INTO bench_chain VALUES (%s, %s, %s)", [size, new, content])
            connection.execute("UPDATE bench_head SET size = %s, hash = %s", [size + 1, new])

    return write
