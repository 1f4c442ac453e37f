"""`manage.py hold`: places and releases legal holds, which keep a person from being erased."""

from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import selectors
from ledger.errors import LedgerError
from ledger.holds import place_hold, release_hold, standing_holds
from ledger.scope import tenant_scope


class Command(BaseCommand):
    help = "List, place or release legal holds on a person at an organisation."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", required=True)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--subject", metavar="ID", type=UUID, help="the person's id")
        which.add_argument("--release", metavar="HOLD", type=UUID, help="lift this hold")
        parser.add_argument("--place", metavar="CODE", help="with --subject: place one, such as litigation")

    def handle(self, **options: object) -> None:
        subject, release, place = options["subject"], options["release"], options["place"]
        try:
            with tenant_scope(selectors.log_named(str(options["tenant"])).tenant_id):
                if isinstance(release, UUID):
                    release_hold(hold=release)
                    self.stdout.write("Released.")
                elif isinstance(subject, UUID):
                    if place is not None:
                        place_hold(subject=subject, code=str(place))
                    for hold in standing_holds(subject):
                        self.stdout.write(f"{hold.id} {hold.code} since {hold.placed:%Y-%m-%d %H:%M} UTC")
        except LedgerError as error:
            raise CommandError(str(error)) from error
