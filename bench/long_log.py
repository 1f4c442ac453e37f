"""A log of 10^7 entries against one of 10^4: what an entry, a proof and a verification cost as it grows.

The entries are sequenced and signed by the real sequencer. Only their submissions are not appended one by one: they
are inserted in bulk, by the administrator, with ids in the order of their time as our services draw them, bodies of
BODY random bytes and SUBJECTS persons. Such bodies open with no key, so verification leaves them sealed.
"""

import multiprocessing
import os
import random
import resource
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from django.conf import settings

from bench.figures import Figure
from bench.world import Bench, disconnect
from ledger import selectors
from ledger.audit.verify import Evidence, verify_log
from ledger.clock import Clock
from ledger.scope import tenant_scope
from ledger.sequencer import open_session, sequence_batch
from ledger.signer import sign_grown

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
BODY, SUBJECTS, CHUNK = 200, 50_000, 102_400
PROOFS = 300
DISK = 1_800
"""Bytes an entry takes, with its share of the write-ahead log: 18 GB for 10^7."""

SUBMIT = """
INSERT INTO ledger_submission (tenant_id, id, type, actor, subject, time, digest, body)
SELECT %(tenant)s, uuidv7(), 'access.permitted', repeat('a', 40),
       substr(encode(sha256((number %% %(subjects)s)::text::bytea), 'hex'), 1, 40), now(), sha256(body), body
FROM (SELECT number, decode(repeat(md5(random()::text), %(body)s / 16), 'hex') AS body
      FROM generate_series(1, %(count)s) AS number) AS made
"""


def figures(bench: Bench) -> Iterator[Figure]:
    largest = int(os.environ.get("ASSENT_BENCH_ENTRIES", SIZES[-1]))
    _require_disk(largest)
    costs, proofs, memories = [], [], []
    for size in [size for size in SIZES if size <= largest]:
        cost = _grow(bench, size)
        proof = _proving(bench, size)
        rate, memory = _verifying(bench)
        costs.append(cost)
        proofs.append(proof)
        memories.append(memory)
        yield Figure(f"{size:,} entries: sequencing, the last of them", 1e6 * cost, "us/entry")
        yield Figure(f"{size:,} entries: inclusion proof, p50", 1e3 * proof, "ms", "<= 3")
        yield Figure(f"{size:,} entries: verification, bodies left sealed", rate, "1/s", ">= 150000")
        yield Figure(f"{size:,} entries: memory of the verifier", memory, "MiB")
        yield Figure(f"{size:,} entries: database, each", _database_bytes(bench) / size, "bytes")
        disconnect()
    yield Figure(
        f"sequencing an entry, {largest:,} / 10,000 entries", costs[-1] / costs[0], "ratio", "<= 1.3"
    )
    yield Figure(f"inclusion proof, {largest:,} / 10,000 entries", proofs[-1] / proofs[0], "ratio", "<= 1.5")
    yield Figure(f"memory, {largest:,} / 10,000 entries", memories[-1] / memories[0], "ratio")


def _grow(bench: Bench, size: int) -> float:
    """Let the log grow to `size`. Returns the seconds an entry took, over the median batch of the last chunk."""
    batches, began, first = list[float](), time.perf_counter(), bench.chained()
    with psycopg.connect(bench.dsn, autocommit=True) as administrator, open_session() as session:
        clock = Clock()
        while (missing := size - bench.chained()) > 0:
            values = {
                "tenant": bench.tenant,
                "subjects": SUBJECTS,
                "body": BODY,
                "count": min(CHUNK, missing),
            }
            administrator.execute(SUBMIT, values)
            batches.clear()
            while True:
                started = time.perf_counter()
                made = sequence_batch(session, bench.tenant, clock)
                if not made:
                    break
                batches.append((time.perf_counter() - started) / made)
            sign_grown(session)
            administrator.execute("VACUUM ledger_submission")  # as autovacuum would in a day
            _tell(bench.chained(), first, size, time.perf_counter() - began)
        administrator.execute("VACUUM ANALYZE ledger_entry, ledger_sequenced, ledger_tile, ledger_subject")
    print("\r", end="", file=sys.stderr)
    return statistics.median(batches)


def _tell(done: int, first: int, size: int, seconds: float) -> None:
    rate = (done - first) / seconds
    line = f"{done:,} of {size:,} entries, {rate:,.0f}/s with their making, {(size - done) / rate:.0f} s left"
    print(f"\r      {line:<90}", end="", file=sys.stderr, flush=True)


def _require_disk(largest: int) -> None:
    free = shutil.disk_usage(settings.VAR_DIR).free
    if free < largest * DISK:
        raise SystemExit(
            f"{largest:,} entries need {largest * DISK / 1e9:.1f} GB in {settings.VAR_DIR}, where {free / 1e9:.1f} GB"
            " are free. Measure fewer with ASSENT_BENCH_ENTRIES."
        )


def _database_bytes(bench: Bench) -> int:
    with psycopg.connect(bench.dsn) as administrator:
        row = administrator.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0])


def _proving(bench: Bench, size: int) -> float:
    """The median seconds to find an entry by its submission and to prove it against the newest checkpoint."""
    chance = random.Random(size)  # noqa: S311 - a sample, not a secret
    wanted = [chance.randrange(size) for _ in range(PROOFS)]
    with psycopg.connect(bench.dsn) as administrator:
        rows = administrator.execute(
            "SELECT submission_id FROM ledger_entry WHERE tenant_id = %s AND index = ANY(%s)",
            [bench.tenant, wanted],
        ).fetchall()
    taken = []
    for (submission,) in rows:
        started = time.perf_counter()
        with tenant_scope(bench.tenant):
            selectors.proof(submission)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _verifying(bench: Bench) -> tuple[float, float]:
    """Entries a second, and the peak memory in MiB, of a process that verifies the whole log."""
    disconnect()
    processes = multiprocessing.get_context("fork")
    answers: Any = processes.SimpleQueue()
    child = processes.Process(target=_verify, args=(bench, answers), daemon=True)
    child.start()
    rate, memory = answers.get()
    child.join(30)
    return rate, memory


def _verify(bench: Bench, answers: Any) -> None:
    started = time.perf_counter()
    report = verify_log(bench.tenant, Evidence(bodies=False))
    assert report.finding is None, report.finding
    took = time.perf_counter() - started
    answers.put((report.size / took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
