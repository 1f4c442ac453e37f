"""`manage.py witnesses --tenant S`: which witnesses the log asks to cosign, how far they are, and the quorum."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import log_witnesses, selectors
from ledger.errors import LedgerError
from ledger.scope import tenant_scope


class Command(BaseCommand):
    help = "List the witnesses of an organisation's log; add or remove one; say how many make a quorum."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", required=True, help="whose log")
        parser.add_argument(
            "--add", nargs=2, metavar=("URL", "VKEY"),
            help="ask this witness; URL is what add-checkpoint is appended to",
        )  # fmt: skip
        parser.add_argument("--remove", metavar="NAME", help="ask it no more")
        parser.add_argument("--quorum", type=int, metavar="N", help="how many must cosign a checkpoint")

    def handle(self, **options: object) -> None:
        added, removed, quorum = options["add"], options["remove"], options["quorum"]
        try:
            log = selectors.log_named(str(options["tenant"]))
            with tenant_scope(log.tenant_id):
                if isinstance(added, list):
                    log_witnesses.add_witness(url=added[0], vkey=added[1])
                if removed:
                    log_witnesses.remove_witness(str(removed))
                if isinstance(quorum, int):
                    log_witnesses.set_quorum(quorum)
                self._list(log.name)
        except LedgerError as error:
            raise CommandError(f"{error} Nothing was changed.") from error

    def _list(self, name: str) -> None:
        asked = selectors.witnesses()
        self.stdout.write(f"{name}: {len(asked)} witnesses, quorum {selectors.quorum()}")
        for each in asked:
            when = f" at {each.cosigned:%Y-%m-%d %H:%M} UTC" if each.cosigned else ""
            fault = f" ({each.error})" if each.error else ""
            self.stdout.write(f"{each.name} {each.url}: {each.size} entries cosigned{when}{fault}")
