"""`manage.py reindex [--tenant SLUG]`: bring the search index up to what this version searches by."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts import selectors
from portal.accounts.errors import AccountsError
from portal.records.reindexing import reindex


class Command(BaseCommand):
    help = (
        "Make the search index again for records that an older version stored. Can be interrupted and run again; "
        "run it after an upgrade that says so."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="this organisation only")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            slug = options["tenant"]
            tenants = [selectors.organisation(slug)] if slug else selectors.organisations()
        except AccountsError as error:
            raise CommandError(str(error)) from None
        shut = 0
        for tenant in tenants:
            done, closed = reindex(tenant=tenant.id)
            shut += closed
            if options["verbosity"]:
                self.stdout.write(f"{tenant.slug}: {done} records indexed, {closed} did not open")
        if shut:
            raise CommandError("Some records did not open: verify_ledger says which were changed.")
