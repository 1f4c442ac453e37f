"""`manage.py verify_ledger`: recomputes every log from its stored entries, and names the first break."""

import os
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import selectors
from ledger.audit.resuming import keep_verified, last_verified
from ledger.audit.verify import Evidence, Report, verify_log
from ledger.checkpoint import read_checkpoint
from ledger.encoding import base64_text
from ledger.errors import LedgerError
from ledger.progress import bar
from ledger.promise import parse_promise


class Command(BaseCommand):
    help = "Verify the stored ledgers from their first entry to their last. Exit 1 at the first break."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="only this organisation's log")
        parser.add_argument(
            "--promise", action="append", default=[], metavar="HEADER",
            help="a Ledger-Promise that must have been kept; may be repeated",
        )  # fmt: skip
        parser.add_argument(
            "--checkpoint", action="append", default=[], metavar="FILE", type=Path,
            help="a checkpoint that you kept, which the log must still contain; may be repeated",
        )  # fmt: skip
        parser.add_argument(
            "--since-last", action="store_true",
            help="only what came after the checkpoint up to which the log was last found whole on this machine",
        )  # fmt: skip
        parser.add_argument(
            "--without-bodies", action="store_true",
            help="leave the bodies sealed: at least twice as fast, and proves all but that they open",
        )  # fmt: skip

    def handle(self, **options: object) -> None:
        try:
            broken = [name for name in self._names(options) if not self._verify(name, options)]
        except (LedgerError, OSError) as error:
            raise CommandError(str(error)) from error
        if broken:
            sys.exit(1)

    def _names(self, options: dict[str, object]) -> list[selectors.LogName]:
        """The logs to verify. Refuses evidence that concerns none of them."""
        tenant = options["tenant"]
        logs = [selectors.log_named(str(tenant))] if tenant else selectors.logs()
        origins = {log.origin for log in logs}
        promised = {parse_promise(header).promise.log for header in _list(options, "promise")}
        brought = {read_checkpoint(Path(file).read_bytes()).origin for file in _list(options, "checkpoint")}
        foreign = (promised | brought) - origins
        if foreign:
            raise CommandError(
                f"{min(foreign)} is another log than what is verified here. Nothing was verified."
            )
        if not logs:
            raise CommandError("This node has no log yet. Make an organisation first.")
        return logs

    def _verify(self, log: selectors.LogName, options: dict[str, object]) -> bool:
        evidence = Evidence(
            promises=[h for h in _list(options, "promise") if parse_promise(h).promise.log == log.origin],
            checkpoints=[Path(file).read_bytes() for file in _list(options, "checkpoint")],
            bodies=not options["without_bodies"],
            processes=os.cpu_count() or 1,
            since=last_verified(log.tenant_id) if options["since_last"] else None,
            progress=bar(sys.stderr, log.name),
        )
        report = verify_log(log.tenant_id, evidence)
        if report.finding:
            self.stdout.write(f"{log.name}: BROKEN, {report.finding}")
            return False
        if evidence.bodies:  # what was found without opening them is not the whole
            keep_verified(log.tenant_id, report.size)
        since = f" Its first {evidence.since.size:,} entries were verified before." if evidence.since else ""
        sealed = "" if evidence.bodies else " The bodies were not opened."
        self.stdout.write(f"{log.name}: holds. {_sentence(report)}{since}{sealed}")
        return True


def _sentence(report: Report) -> str:
    whole = f"{report.size:,} entries, root {base64_text(report.root)}, {report.checkpoints} checkpoints. "
    if report.sources:
        return whole + f"It contains what was signed: {'; '.join(report.sources)}."
    return whole + (
        "Internally consistent only: no checkpoint from outside the database was there to compare,"
        " so a restored older state would look the same. Give one with --checkpoint."
    )


def _list(options: dict[str, object], name: str) -> list[str]:
    given = options[name]
    return [str(each) for each in given] if isinstance(given, list) else []
