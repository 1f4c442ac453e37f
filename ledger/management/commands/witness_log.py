"""`manage.py witness_log ORIGIN VKEY...`: which logs this node witnesses, and by which keys it knows them."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import witness
from ledger.errors import LedgerError


class Command(BaseCommand):
    help = (
        "Witness a log, stop witnessing it (--remove), or list those that are witnessed (without arguments)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "origin", nargs="?", metavar="ORIGIN", help="the log's name: assent.example/log/st-mary"
        )
        parser.add_argument(
            "vkeys", nargs="*", metavar="VKEY",
            help="verifier keys of the log; while it rotates them, the old and the new one",
        )  # fmt: skip
        parser.add_argument(
            "--remove", action="store_true", help="cosign for ORIGIN no more; what was seen stays"
        )

    def handle(self, **options: object) -> None:
        origin, vkeys = options["origin"], options["vkeys"]
        keys = [str(vkey) for vkey in vkeys] if isinstance(vkeys, list) else []
        if bool(options["remove"]) == bool(keys) and origin:
            raise CommandError("Give either the verifier keys of the log, or --remove.")
        try:
            if origin and keys:
                witness.trust_log(str(origin), keys)
            elif origin:
                witness.distrust_log(str(origin))
            self._list()
        except LedgerError as error:
            raise CommandError(str(error)) from error

    def _list(self) -> None:
        self.stdout.write(f"This witness: {witness.witness_key().vkey}")
        for log in witness.witnessed_logs():
            when = f", {log.cosigned:%Y-%m-%d %H:%M} UTC" if log.cosigned else ""
            self.stdout.write(f"{log.origin}: {log.size} entries cosigned{when}")
