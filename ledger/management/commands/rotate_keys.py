"""`manage.py rotate_keys --tenant S --log`: new keys in the place of old ones, without a pause."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import selectors
from ledger.errors import LedgerError
from ledger.rotation import OVERLAP, rotate_log_keys
from ledger.scope import tenant_scope


class Command(BaseCommand):
    help = "Rotate keys. --log: those that sign an organisation's checkpoints; old receipts stay valid."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", required=True, help="whose")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--log", action="store_true", help="the keys that sign checkpoints")
        parser.add_argument(
            "--overlap-days", type=int, default=OVERLAP.days, metavar="N",
            help="with --log: how long the old keys sign beside the new ones (%(default)s)",
        )  # fmt: skip

    def handle(self, **options: object) -> None:
        try:
            self._rotate_log(str(options["tenant"]), timedelta(days=int(str(options["overlap_days"]))))
        except LedgerError as error:
            raise CommandError(str(error)) from error

    def _rotate_log(self, name: str, overlap: timedelta) -> None:
        log = selectors.log_named(name)
        with tenant_scope(log.tenant_id):
            rotated = rotate_log_keys(overlap=overlap)
        self.stdout.write(
            f"{log.name}: the old and the new keys sign until {rotated.overlap_until:%Y-%m-%d %H:%M} UTC."
        )
        self.stdout.write("Publish the new verifier keys:")
        for vkey in rotated.vkeys:
            self.stdout.write(vkey)
