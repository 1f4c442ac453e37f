"""`manage.py cadence --tenant S`: how often everybody is shown a newer checkpoint of a log, and its padding."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import selectors
from ledger.cadence import Cadence, cadence, set_cadence
from ledger.errors import LedgerError
from ledger.scope import tenant_scope


class Command(BaseCommand):
    help = (
        "Say how often everybody is shown a newer checkpoint of an organisation's log, and how many leaves of padding"
        " each such span adds at most. Auditors and witnesses get every checkpoint. Without either it only tells."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", required=True, help="whose log")
        parser.add_argument("--minutes", type=int, metavar="N", help="0: each checkpoint is public")
        parser.add_argument("--padding", type=int, metavar="N", help="at most so many leaves a span; 0: none")

    def handle(self, **options: object) -> None:
        minutes, padding = options["minutes"], options["padding"]
        try:
            log = selectors.log_named(str(options["tenant"]))
            with tenant_scope(log.tenant_id):
                now = cadence()
                wanted = Cadence(
                    now.seconds if minutes is None else int(str(minutes)) * 60,
                    now.padding if padding is None else int(str(padding)),
                )
                if wanted != now:
                    set_cadence(wanted)
        except LedgerError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        shown = f"once in {wanted.seconds // 60} minutes" if wanted.seconds else "as soon as it is signed"
        padded = f"1 to {wanted.padding} leaves" if wanted.padding else "no leaves"
        self.stdout.write(
            f"{log.name}: a newer checkpoint is public {shown}; each span adds {padded} of padding."
        )
