"""`manage.py commit_heads`: append a heads entry now, as before a proof of completeness."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import selectors
from ledger.errors import LedgerError
from ledger.head_entries import append_heads
from ledger.scope import tenant_scope


class Command(BaseCommand):
    help = "Commit ledgers to where the chain of each person ends now. The sequencer does so once an hour."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="only this organisation's log")

    def handle(self, **options: object) -> None:
        tenant = options["tenant"]
        try:
            for log in [selectors.log_named(str(tenant))] if tenant else selectors.logs():
                with tenant_scope(log.tenant_id):
                    signed = append_heads()
                self.stdout.write(f"{log.name}: {signed.promise.id}")
        except LedgerError as error:
            raise CommandError(str(error)) from error
