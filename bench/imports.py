"""Importing bundles: validated, sealed, indexed and in the ledger."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.world import Bench
from portal.node.postgres import BASE_DIR
from portal.records.services import Report, import_bundles

# The optional test data, and otherwise the small set that the project itself owns.
LARGE = Path(os.environ.get("ASSENT_TEST_DATA", str(BASE_DIR.parent / "shared" / "data"))) / "synthea"
SMALL = BASE_DIR / "portal" / "demo" / "data"


def figures(bench: Bench) -> Iterator[Figure]:
    source = LARGE if LARGE.is_dir() else SMALL
    started, processor = time.perf_counter(), time.process_time()
    report: Report = import_bundles(tenant=bench.tenant, paths=[source])
    took, processor = time.perf_counter() - started, time.process_time() - processor
    assert report.created and not report.failed, report.failed[:3]
    yield Figure(f"import, resources of {source.name}", report.created, "resources")
    yield Figure("import, one process", report.created / took, "1/s", ">= 1500")
    yield Figure("import, share of the time that is Python's own", processor / took, "ratio")
