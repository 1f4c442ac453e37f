"""`manage.py publish_checkpoint`: make a checkpoint one that anyone may print, and print its line."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import selectors
from ledger.errors import LedgerError
from ledger.publishing import publish_checkpoint
from ledger.scope import tenant_scope


class Command(BaseCommand):
    help = "Publish the newest checkpoint of ledgers: one line each, which then stands at /log/SLUG/publications."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="only this organisation's log")
        parser.add_argument("--size", type=int, metavar="N", help="the checkpoint of so many entries instead")

    def handle(self, **options: object) -> None:
        tenant, size = options["tenant"], options["size"]
        if size is not None and not tenant:
            raise CommandError("A size belongs to one log: give --tenant with --size.")
        try:
            for log in [selectors.log_named(str(tenant))] if tenant else selectors.logs():
                with tenant_scope(log.tenant_id):
                    found = publish_checkpoint(size=size if isinstance(size, int) else None)
                self.stdout.write(found.line())
        except LedgerError as error:
            raise CommandError(str(error)) from error
