"""`manage.py rotate_keys`: new keys in the place of old ones, without a pause: those that sign, and those that wrap."""

import sys
from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import selectors
from ledger.errors import LedgerError
from ledger.progress import bar
from ledger.rotation import OVERLAP, rotate_log_keys
from ledger.scope import tenant_scope
from ledger.vault.generation_rotation import rotate_generation
from ledger.vault.rotation import Rotated, rotate_node_key, rotate_tenant_key


class Command(BaseCommand):
    help = (
        "Rotate keys. --log: those that sign checkpoints; --sealing: an organisation's; --node: the node's;"
        " --generation: what lets people be erased from backups of the database, too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="whose, with --log and --sealing")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--log", action="store_true", help="the keys that sign checkpoints")
        which.add_argument("--sealing", action="store_true", help="the key that wraps those of its people")
        which.add_argument(
            "--node", action="store_true", help="the key that wraps those of all organisations"
        )
        which.add_argument(
            "--generation",
            action="store_true",
            help="the erasure generation, under which people's keys stand",
        )
        parser.add_argument(
            "--destroy-old", action="store_true",
            help="with --generation: at once, after which backups of the database from before open nothing of anybody",
        )  # fmt: skip
        parser.add_argument(
            "--overlap-days", type=int, default=OVERLAP.days, metavar="N",
            help="with --log: how long the old keys sign beside the new ones (%(default)s)",
        )  # fmt: skip

    def handle(self, **options: object) -> None:
        tenant = str(options["tenant"] or "")
        if bool(tenant) == bool(options["node"] or options["generation"]):
            raise CommandError("Give --tenant with --log or --sealing, and none with --node or --generation.")
        if options["destroy_old"] and not options["generation"]:
            raise CommandError("--destroy-old goes with --generation.")
        try:
            if options["node"]:
                self._rotate_node()
            elif options["generation"]:
                self._rotate_generation(destroy_old=bool(options["destroy_old"]))
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

    def _rotate_generation(self, *, destroy_old: bool) -> None:
        shown = bar(sys.stderr, "node", unit="organisations")
        rotated = rotate_generation(destroy_old=destroy_old, progress=shown)
        how = "the rotation that broke off is ended" if rotated.resumed else "a new generation is in force"
        self.stdout.write(
            f"The node: {how} ({rotated.generation}); {rotated.rewrapped:,} keys were wrapped anew,"
            f" {len(rotated.destroyed)} older generations are destroyed."
        )
        if rotated.kept:
            self.stdout.write(
                f"{rotated.kept} older ones stay for backups of the database of the last {settings.ASSENT_BACKUP_DAYS}"
                " days (ASSENT_BACKUP_DAYS): a rotation after that destroys them. --destroy-old does not wait."
            )
        self.stdout.write(f"Replace every copy of {settings.ASSENT_ERASURE_FILE} by the file of now.")


def _sentence(rotated: Rotated) -> str:
    how = "the rotation that broke off is ended" if rotated.resumed else "a new key is in force"
    return f"{how} ({rotated.key}); {rotated.rewrapped:,} keys were wrapped anew."
