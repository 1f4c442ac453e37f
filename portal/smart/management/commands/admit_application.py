"""`manage.py admit_application CLIENT_ID --tenant SLUG [--remove]`: let an application in somewhere, or no longer."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts import selectors
from portal.accounts.errors import AccountsError
from portal.smart import services


class Command(BaseCommand):
    help = "Let an application be used at an organisation, or with --remove no longer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client_id")
        parser.add_argument("--tenant", required=True)
        parser.add_argument("--remove", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        change = services.remove if options["remove"] else services.admit
        try:
            application = services.application_of(options["client_id"])
            change(application=application, tenant=selectors.organisation(options["tenant"]).id)
        except AccountsError as error:
            raise CommandError(str(error)) from None
