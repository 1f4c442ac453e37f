"""`manage.py erase_subject`: destroys the keys of a person at an organisation. Says first what that means."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from ledger import pseudonyms, selectors
from ledger.erasure import Erasable, erase_subject, find_erasable
from ledger.errors import LedgerError, SubjectErased, UnknownEntry
from ledger.scope import tenant_scope


class Command(BaseCommand):
    help = (
        "Erase a person from an organisation's log for ever. Without --confirm it only says what it would do."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", required=True, help="at which organisation")
        parser.add_argument(
            "--subject", metavar="PERSON", required=True, help="the person's id, or pseudonym in the log"
        )
        parser.add_argument(
            "--confirm", metavar="PSEUDONYM", help="erase now; the pseudonym that the dry run names"
        )

    def handle(self, **options: object) -> None:
        try:
            log = selectors.log_named(str(options["tenant"]))
            with tenant_scope(log.tenant_id):
                found = find_erasable(_party(str(options["subject"])))
            if found.erased:
                self._forget_again(log.tenant_id, found)
            elif options["confirm"] is None:
                self._describe(log.name, found)
            elif options["confirm"] != found.pseudonym:
                raise CommandError("The confirmation is not this person's pseudonym. Nothing was destroyed.")
            else:
                self._erase(log.tenant_id, found)
        except LedgerError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"The database broke off: {error} Repeat the erasure to end it.") from error

    def _describe(self, name: str, found: Erasable) -> None:
        self.stdout.write(f"{name} calls this person {found.pseudonym}.")
        if found.begun:
            self.stdout.write("An erasure was begun and broke off. Repeat it with --confirm to end it.")
        self.stdout.write(
            f"It would destroy {len(found.keys)} keys ({', '.join(found.keys)}) and her name in the log, and delete her"
            " records, contracts, questions and registration here. What her"
            f" {found.entries} entries say could never be read again, by nobody. The entries stay; every proof stays"
            " valid."
        )
        for hold in found.holds:
            self.stdout.write(f"A legal hold stands since {hold.placed:%Y-%m-%d} ({hold.code}): {hold.id}.")
        self.stdout.write(f"Nothing was destroyed. To erase, repeat with --confirm {found.pseudonym}")

    def _forget_again(self, tenant: UUID, found: Erasable) -> None:
        with suppress(SubjectErased):
            erase_subject(tenant=tenant, subject=found.party)
        self.stdout.write(
            "She was erased. Nothing here leads to her entries any more, that of the erasure neither, which says"
            f" when and until when backups held her keys. {settings.ASSENT_ERASURE_FILE} holds her share no more."
        )

    def _erase(self, tenant: UUID, found: Erasable) -> None:
        erased = erase_subject(tenant=tenant, subject=found.party)
        self.stdout.write(
            f"{erased.keys} keys of {erased.pseudonym} are destroyed, and what was kept of her here is deleted;"
            f" entry {erased.entry} says so."
        )
        now = datetime.now(UTC)
        if erased.complete <= now:
            self.stdout.write(
                f"The erasure is complete since {erased.complete:%Y-%m-%d %H:%M} UTC: no copy of the database, however"
                f" old, opens what was hers, for {settings.ASSENT_ERASURE_FILE} holds her share no more."
            )
        else:
            self.stdout.write(
                "Some of her keys stood in the database before they came under an erasure generation, and do so in its"
                f" backups of then: the erasure is complete on {erased.complete:%Y-%m-%d}, when the last of these is"
                " deleted (ASSENT_BACKUP_DAYS)."
            )
        self.stdout.write(
            "Replace every copy of that file by the file of now, for an older one undoes this; and restart the node's"
            " processes, whose memory may hold her keys until then."
        )


def _party(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        pass
    party = pseudonyms.party_named(given)
    if party is None:
        raise UnknownEntry("The log calls nobody so. If it did, that person was erased.")
    return party
