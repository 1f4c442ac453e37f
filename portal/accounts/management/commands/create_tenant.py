"""`manage.py create_tenant SLUG NAME`: an organisation with its keys and its ledger."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.errors import AccountsError
from portal.accounts.services import create_organisation


class Command(BaseCommand):
    help = "Make an organisation (tenant) with its keys and its ledger."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="short name in addresses, such as st-mary")
        parser.add_argument("name", help="full name, such as 'St Mary Hospital'")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            organisation = create_organisation(slug=options["slug"], name=options["name"])
        except AccountsError as error:
            raise CommandError(str(error)) from None
        slug = organisation.slug
        self.stdout.write(f"{slug}: {organisation.name}")
        self.stdout.write(
            f"Next, its first administrator, who invites the others: "
            f"manage.py create_account EMAIL --name NAME --member {slug}:administrator"
        )
