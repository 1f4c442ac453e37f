"""`manage.py import_fhir --tenant SLUG PATH...`: FHIR R4 bundles and resources from files and folders."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.errors import LedgerError
from portal.accounts import selectors
from portal.accounts.errors import AccountsError
from portal.records.importing import Report, import_bundles

BAR = 30
EVERY = 0.1  # seconds
MOST_LINES = 20  # of references that lead nowhere


class Command(BaseCommand):
    help = (
        "Import FHIR R4 bundles (transaction, collection, ...), single resources and NDJSON from files and folders. "
        "What is stored already is left alone; a bad resource is reported and stops nothing else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--tenant", required=True, metavar="SLUG", help="the organisation that keeps them"
        )
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--no-progress", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        missing = [path for path in options["paths"] if not path.exists()]
        if missing:
            raise CommandError(f"There is no file or folder {missing[0]}.")
        shown = _Bar() if sys.stderr.isatty() and not options["no_progress"] else None
        started = time.monotonic()
        try:
            tenant = selectors.organisation(options["tenant"]).id
            report = import_bundles(tenant=tenant, paths=options["paths"], progress=shown)
        except (AccountsError, LedgerError) as error:
            raise CommandError(str(error)) from None
        if shown:
            shown.end()
        self._say(report, time.monotonic() - started)

    def _say(self, report: Report, seconds: float) -> None:
        for failure in report.failed:
            self.stderr.write(str(failure))
        for line in report.dangling[:MOST_LINES]:
            self.stderr.write(line)
        if report.dangling:
            self.stderr.write(
                f"{len(report.dangling)} references lead to what is not kept here. What refers to it is stored; import "
                "the rest when you have it."
            )
        rate = report.total / max(seconds, 0.001)
        self.stdout.write(
            f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged, "
            f"{len(report.failed)} failed in {seconds:.1f} s ({rate:.0f} resources/s)"
        )
        if report.failed:
            raise CommandError("Not everything was imported. The lines above say what was not, and why.")
        if not report.total:
            raise CommandError("No FHIR resource was found there.")


class _Bar:
    """A progress bar on standard error, drawn at most ten times a second."""

    def __init__(self) -> None:
        self.drawn = 0.0

    def __call__(self, done: int, files: int, report: Report) -> None:
        if time.monotonic() - self.drawn < EVERY and done < files:
            return
        self.drawn = time.monotonic()
        full = BAR * done // max(files, 1)
        bar = "#" * full + "." * (BAR - full)
        sys.stderr.write(
            f"\r[{bar}] {done}/{files} files, {report.total} resources, {len(report.failed)} failed "
        )
        sys.stderr.flush()

    def end(self) -> None:
        sys.stderr.write("\n")
