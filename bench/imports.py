"""Importing bundles: validated, sealed, indexed and in the ledger."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from bench.figures import Figure
from bench.world import Bench
from portal.accounts.services import create_organisation
from portal.node.postgres import BASE_DIR
from portal.records.services import Report, import_bundles

# The optional test data, and otherwise the small set of one organisation that the project itself owns.
LARGE = Path(os.environ.get("ASSENT_TEST_DATA", str(BASE_DIR.parent / "shared" / "data"))) / "synthea"
SMALL = BASE_DIR / "portal" / "demo" / "data" / "st-mary"


def figures(bench: Bench) -> Iterator[Figure]:
    source = LARGE if LARGE.is_dir() else SMALL
    count, cold, _ = _import(bench.tenant, source)
    # What a process loads once (models, keys, plans) weighs on a small set and not on a large one.
    another = create_organisation(slug="bench-warm", name="Bench Clinic").id
    _, warm, processor = _import(another, source)
    yield Figure(f"import, resources of {source.name}", count, "resources")
    yield Figure("import, one process, its first", count / cold, "1/s")
    yield Figure("import, one process, warm", count / warm, "1/s", ">= 1500")
    yield Figure("import, share of the time that is Python's own", processor / warm, "ratio")


def _import(tenant: UUID, source: Path) -> tuple[int, float, float]:
    """Resources, seconds, seconds of the processor."""
    started, processor = time.perf_counter(), time.process_time()
    report: Report = import_bundles(tenant=tenant, paths=[source])
    took, processor = time.perf_counter() - started, time.process_time() - processor
    assert report.created and not report.failed, report.failed[:3]
    return report.created, took, processor
