"""`manage.py replay_decisions`: executes every decision of a log again, from the log alone; exit 1 if one differs."""

import gc
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent.services import Progress, Replayed, replay
from ledger import selectors as ledger
from ledger.errors import LedgerError

BAR = 30
SHOWN = 20


class Command(BaseCommand):
    help = "Replay the decisions of one organisation's log. Exit 1 if one differs, or if no contract explains one."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", required=True, help="whose log")
        parser.add_argument(
            "--from", dest="since", type=int, default=0, metavar="INDEX", help="the first entry"
        )
        parser.add_argument(
            "--to", dest="until", type=int, metavar="INDEX", help="the entry after the last one"
        )
        parser.add_argument(
            "--export", type=Path, metavar="FILE",
            help="write what another Cedar engine needs to replay it, as JSON lines; it may hold clinical labels",
        )  # fmt: skip

    def handle(self, **options: object) -> None:
        since, until, export = options["since"], options["until"], options["export"]
        assert isinstance(since, int)  # noqa: S101 - argparse made it one
        gc.freeze()  # what is loaded by now lives as long as this process: the collector need not walk it again
        try:
            log = ledger.log_named(str(options["tenant"]))
            with ExitStack() as stack:
                found = replay(
                    tenant=log.tenant_id,
                    since=since,
                    until=until if isinstance(until, int) else None,
                    progress=_bar(log.name),
                    archive=stack.enter_context(_opened(export)) if isinstance(export, Path) else None,
                )
        except (LedgerError, OSError) as error:
            raise CommandError(str(error)) from error
        self._say(log.name, found)
        if not found.holds:
            sys.exit(1)

    def _say(self, name: str, found: Replayed) -> None:
        for finding in found.findings[:SHOWN]:
            self.stdout.write(f"{name}: {finding}")
        if len(found.findings) > SHOWN:
            self.stdout.write(f"{name}: and {len(found.findings) - SHOWN} more or beyond")
        self.stdout.write(
            f"{name}: {found.decisions:,} decisions of entries {found.since:,} to {found.until:,}: "
            f"{found.same:,} same, {found.differs:,} differ, {found.unreplayable:,} unreplayable"
        )


def _opened(path: Path) -> TextIO:
    """A new file that its owner alone may read."""
    path.touch(mode=0o600, exist_ok=False)
    return path.open("w", encoding="ascii")


def _bar(name: str) -> Progress:
    started = time.monotonic()

    def show(done: int, size: int) -> None:
        filled = BAR * done // max(size, 1)
        rate = done / max(time.monotonic() - started, 0.001)
        end = "\r" if done < size else "\n"
        bar = "#" * filled + "." * (BAR - filled)
        sys.stderr.write(f"\r{name} [{bar}] {done:,} of {size:,}, {rate:,.0f} entries/s{end}")
        sys.stderr.flush()

    return show if sys.stderr.isatty() else lambda done, size: None
