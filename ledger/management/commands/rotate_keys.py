"""`manage.py rotate_keys`: new keys in the place of old ones, without a pause: those that sign, and those that wrap."""

import sys
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import selectors
from ledger.errors import LedgerError
from ledger.progress import bar
from ledger.rotation import OVERLAP, rotate_log_keys
from ledger.scope import tenant_scope
from ledger.vault.rotation import Rotated, rotate_node_key, rotate_tenant_key


class Command(BaseCommand):
    help = (
        "Rotate keys. --log: those that sign checkpoints; --sealing: an organisation's; --node: the node's."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="whose, with --log and --sealing")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--log", action="store_true", help="the keys that sign checkpoints")
        which.add_argument("--sealing", action="store_true", help="the key that wraps those of its people")
        which.add_argument(
            "--node", action="store_true", help="the key that wraps those of all organisations"
        )
        parser.add_argument(
            "--overlap-days", type=int, default=OVERLAP.days, metavar="N",
            help="with --log: how long the old keys sign beside the new ones (%(default)s)",
        )  # fmt: skip

    def handle(self, **options: object) -> None:
        tenant = str(options["tenant"] or "")
        if bool(tenant) == bool(options["node"]):
            raise CommandError("Give --tenant with --log or --sealing, and none with --node.")
        try:
            if options["node"]:
                self._rotate_node()
            elif options["sealing"]:
                self._rotate_sealing(tenant)
            else:
                self._rotate_log(tenant, timedelta(days=int(str(options["overlap_days"]))))
        except (LedgerError, OSError) as error:
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

    def _rotate_sealing(self, name: str) -> None:
        log = selectors.log_named(name)
        rotated = rotate_tenant_key(log.tenant_id, progress=bar(sys.stderr, log.name, unit="keys"))
        self.stdout.write(f"{log.name}: {_sentence(rotated)}")

    def _rotate_node(self) -> None:
        rotated = rotate_node_key(progress=bar(sys.stderr, "node", unit="organisations"))
        self.stdout.write(f"The node: {_sentence(rotated)}")
        self.stdout.write(
            "Back the key file up again, and restart the node's processes. The file keeps the keys of before: backups"
            " of the database are wrapped under them, and what the node derives for itself hangs from the first."
        )


def _sentence(rotated: Rotated) -> str:
    how = "the rotation that broke off is ended" if rotated.resumed else "a new key is in force"
    return f"{how} ({rotated.key}); {rotated.rewrapped:,} keys were wrapped anew."
