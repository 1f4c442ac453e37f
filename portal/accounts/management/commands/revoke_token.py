"""`manage.py revoke_token PREFIX` or `--all EMAIL` ends tokens at once, such as one that was found in the open."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts import selectors, services
from portal.accounts.errors import AccountsError
from portal.accounts.models import PersonalToken


class Command(BaseCommand):
    help = "End a personal access token, or all of an account. They are refused from the next request on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "prefix", nargs="?", help="the first characters, as lists and the ledger show them"
        )
        which.add_argument("--all", metavar="EMAIL", help="every token of this account")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ended = _chosen(options)
            for token in ended:
                services.revoke_token(token=token.id)
                self.stdout.write(f"revoked {token.prefix}")
        except AccountsError as error:
            raise CommandError(str(error)) from None


def _chosen(options: dict[str, Any]) -> list[PersonalToken]:
    if options["all"]:
        return selectors.tokens(selectors.user_by_email(options["all"]).id)
    return selectors.tokens_with_prefix(options["prefix"])
