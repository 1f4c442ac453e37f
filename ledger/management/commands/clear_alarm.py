"""`manage.py clear_alarm`: let a log that raised an alarm take entries again, once it verifies."""

import os
import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import selectors
from ledger.alarms import clear_alarm
from ledger.audit.verify import Evidence
from ledger.errors import LedgerError
from ledger.progress import bar


class Command(BaseCommand):
    help = "End the alarm of a log, after verifying it from its first entry to its last."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", required=True)
        parser.add_argument(
            "--reason", required=True, help="what was found and done, for the entry of the log"
        )

    def handle(self, **options: object) -> None:
        try:
            log = selectors.log_named(str(options["tenant"]))
            if not log.alarm:
                raise CommandError(f"The log of {log.name} has no alarm. Nothing was changed.")
            evidence = Evidence(processes=os.cpu_count() or 1, progress=bar(sys.stderr, log.name))
            signed = clear_alarm(
                tenant=log.tenant_id, alarm=log.alarm, reason=str(options["reason"]), evidence=evidence
            )
        except LedgerError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{log.name}: the alarm {log.alarm} is over. Entry {signed.promise.id}.")
