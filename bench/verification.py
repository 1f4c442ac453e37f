"""verify_ledger: entries of the whole log recomputed in one process, with their bodies sealed and opened."""

import time
from collections.abc import Iterator

from bench.appends import append_many
from bench.figures import Figure
from bench.world import Bench, disconnect
from ledger.audit.verify import Evidence, verify_log
from ledger.identity import new_id
from ledger.sequencing import drain


def figures(bench: Bench, *, least: int = 20_000) -> Iterator[Figure]:
    if bench.sequenced() < least:
        append_many(bench.tenant, [new_id() for _ in range(50)], least)
    drain()
    size, sealed = _rate(bench, bodies=False)
    _, opened = _rate(bench, bodies=True)
    disconnect()
    yield Figure("verification, entries of the log", size, "entries")
    yield Figure("verification, bodies left sealed, one process", sealed, "1/s", ">= 150000")
    yield Figure("verification, each body opened, one process", opened, "1/s")


def _rate(bench: Bench, *, bodies: bool) -> tuple[int, float]:
    started = time.perf_counter()
    report = verify_log(bench.tenant, Evidence(bodies=bodies))
    took = time.perf_counter() - started
    assert report.finding is None, report.finding
    return report.size, report.size / took
