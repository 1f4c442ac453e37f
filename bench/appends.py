"""Appends committed and sequenced, against raw INSERTs of the same bytes and against a chain with a locked head."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from uuid import UUID

import psycopg
from django.db import connections

from bench.figures import Figure
from bench.world import Bench
from bench.writers import rate
from ledger import services
from ledger.identity import new_id
from ledger.scope import tenant_scope

WRITERS = 32
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


def figures(bench: Bench, *, seconds: float = 5.0) -> Iterator[Figure]:
    people = [new_id() for _ in range(50)]
    with tenant_scope(bench.tenant):
        for person in people:  # keys and pseudonyms are made once in a life, not once in an append
            services.append(type="access.permitted", actor=person, subject=person, audit=AUDIT, inputs=INPUTS)
    _close()
    with bench.sequencer():
        bench.wait_until_sequenced(len(people))
        size = bench.sequenced()
        _, appended = rate(lambda: _appender(bench.tenant, people), writers=WRITERS, seconds=seconds)
        ended = time.perf_counter()
        # Each writer's first call is an entry too. What is not sequenced yet counts against us.
        bench.wait_until_sequenced(size + appended + WRITERS)
        ours = appended / (seconds + time.perf_counter() - ended)
    body = bench.mean_body_size()
    raw, _ = rate(lambda: _raw(bench.dsn, body), writers=WRITERS, seconds=seconds)
    locked, _ = rate(lambda: _locked_head(bench.dsn, body), writers=WRITERS, seconds=seconds)
    yield Figure("appends committed and sequenced, 32 writers", ours, "1/s")
    yield Figure("raw INSERTs of the same bytes, 32 writers", raw, "1/s")
    yield Figure("chain with a locked head row, 32 writers", locked, "1/s")
    yield Figure("appends / raw INSERTs", ours / raw, "ratio", ">= 0.85")
    yield Figure("appends / locked-head chain", ours / locked, "ratio", ">= 10")


def _close() -> None:
    for alias in connections:
        connections[alias].close()
        getattr(connections[alias], "close_pool", lambda: None)()


def _appender(tenant: UUID, people: list[UUID]) -> Callable[[], object]:
    mine = people[os.getpid() % len(people)]

    def write() -> None:
        with tenant_scope(tenant):
            services.append(type="access.permitted", actor=mine, subject=mine, audit=AUDIT, inputs=INPUTS)

    return write


def _raw(dsn: str, body: int) -> Callable[[], object]:
    connection = psycopg.connect(dsn, autocommit=True)
    content = os.urandom(body)
    insert = (
        "INSERT INTO bench_raw (tenant, id, type, actor, subject, time, digest, body)"
        " VALUES (%s, %s, %s, %s, %s, now(), %s, %s)"
    )
    tenant = new_id()

    def write() -> None:
        connection.execute(
            insert, [tenant, new_id(), "access.permitted", "0" * 40, "1" * 40, content[:32], content]
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
