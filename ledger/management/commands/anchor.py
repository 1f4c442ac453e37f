"""`manage.py anchor`: have the newest checkpoints dated now, as the jobs do once an hour."""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import selectors
from ledger.anchoring import Anchored, anchor_log
from ledger.errors import LedgerError


class Command(BaseCommand):
    help = "Have the newest checkpoint of ledgers dated by the authorities in ASSENT_TIMESTAMP_AUTHORITIES."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="only this organisation's log")

    def handle(self, **options: object) -> None:
        tenant = options["tenant"]
        if not settings.ASSENT_TIMESTAMP_AUTHORITIES:
            raise CommandError("No authority is named: set ASSENT_TIMESTAMP_AUTHORITIES and ..._ROOTS.")
        try:
            logs = [selectors.log_named(str(tenant))] if tenant else selectors.logs()
        except LedgerError as error:
            raise CommandError(str(error)) from error
        failed = [self._anchor(log) for log in logs]
        if any(failed):
            sys.exit(1)

    def _anchor(self, log: selectors.LogName) -> bool:
        """Returns whether an authority failed."""
        found = anchor_log(log.tenant_id)
        for each in found:
            self.stdout.write(f"{log.name}: {_sentence(each)}")
        if not found:
            self.stdout.write(f"{log.name}: nothing new to date.")
        return any(each.error for each in found)


def _sentence(found: Anchored) -> str:
    if found.error:
        return f"{found.authority} gave no timestamp of {found.size:,} entries. {found.error}"
    return f"{found.authority} saw {found.size:,} entries at {found.time:%Y-%m-%d %H:%M:%S} UTC."
