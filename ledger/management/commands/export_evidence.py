"""`manage.py export_evidence`: a span of a log, or a person's entries, as one file that verifies offline."""

import os
import sys
from datetime import UTC, datetime, time
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_date, parse_datetime

from ledger import selectors
from ledger.errors import LedgerError
from ledger.evidence.export import Exported, export_evidence
from ledger.head_entries import append_heads
from ledger.progress import bar
from ledger.scope import tenant_scope

HEADS_SECONDS = 5.0


class Command(BaseCommand):
    help = (
        "Write an evidence archive: entries, proofs, checkpoints and keys, to be checked without this node."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--tenant", required=True, metavar="SLUG", help="the organisation whose log it is"
        )
        parser.add_argument(
            "--subject", metavar="PERSON", help="only entries about this person: pseudonym in the log, or id"
        )
        parser.add_argument("--from", dest="since", metavar="TIME", help="a day or an instant; included")
        parser.add_argument("--to", dest="until", metavar="TIME", help="a day or an instant; excluded")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="a new file; mode 0600")
        parser.add_argument(
            "--disclose", action="store_true",
            help="open the audit part of each entry to whoever holds the file",
        )  # fmt: skip

    def handle(self, **options: object) -> None:
        since, until = _instant(options["since"]), _instant(options["until"])
        out, subject = Path(str(options["out"])), _subject(options["subject"])
        try:
            log = selectors.log_named(str(options["tenant"]))
            if subject is not None:
                self._sum_up(log)
            with _new_file(out) as file:
                exported = export_evidence(
                    file, tenant=log.tenant_id, subject=subject, since=since, until=until,
                    disclose=(lambda entry: True) if options["disclose"] else None,
                    progress=bar(sys.stderr, log.name),
                )  # fmt: skip
            _keep(out)
        except (LedgerError, OSError) as error:
            _draft(out).unlink(missing_ok=True)
            raise CommandError(f"No archive was written. {error}") from error
        self.stdout.write(_sentence(out, exported))
        self.stdout.write(f'Check it: python -m ledger.verify {out} --vkey "{log.vkey}"')

    def _sum_up(self, log: selectors.LogName) -> None:
        """Let the log commit to where the person's chain ends now; without a sequencer the last one counts."""
        with tenant_scope(log.tenant_id):
            entry = append_heads().promise.id
        if not selectors.await_checkpoint(entry, tenant=log.tenant_id, seconds=HEADS_SECONDS):
            self.stderr.write("No sequencer took the newest entries; the last checkpoint is what counts.")


def _new_file(out: Path) -> BinaryIO:
    if out.exists():
        raise CommandError(f"{out} exists already; nothing was written over it.")
    return os.fdopen(os.open(_draft(out), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _keep(out: Path) -> None:
    """Only a whole archive gets its name."""
    _draft(out).replace(out)


def _draft(out: Path) -> Path:
    return out.with_name(f".{out.name}.part")


def _sentence(out: Path, exported: Exported) -> str:
    said = f"{out}: {exported.entries:,} entries, proved against the checkpoint of {exported.scope.size:,}."
    if exported.scope.subject is None:
        return said
    shown = "shown" if exported.complete else "not shown"
    return f"{said} That these are all about the person up to there is {shown}."


def _subject(given: object) -> UUID | str | None:
    if given is None:
        return None
    try:
        return UUID(str(given))
    except ValueError:
        return str(given)


def _instant(given: object) -> datetime | None:
    if given is None:
        return None
    try:
        day = parse_date(str(given))
        found = datetime.combine(day, time(), UTC) if day else parse_datetime(str(given))
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{given} is neither a day (2027-03-01) nor an instant (2027-03-01T08:00:00Z).")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
