"""`manage.py create_token EMAIL --scopes "..."` prints a personal access token alone on standard output."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts import selectors, services
from portal.accounts.errors import AccountsError
from portal.accounts.models import STRONG


class Command(BaseCommand):
    help = "Make a personal access token. It is printed once and kept only as a hash."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--scopes", default="*", help='"*", or words such as "* sign" or "records.read"')
        parser.add_argument(
            "--strong",
            action="store_true",
            help="the owner has just proved who they are to you by their second factor; emergency access needs this",
        )
        parser.add_argument("--days", type=float, default=services.TOKEN_LIFETIME.days)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = selectors.user_by_email(options["email"])
            lifetime = timedelta(days=options["days"])
            if options["strong"] and not selectors.with_second_factor([user.id]):
                raise CommandError("That account has no second factor to prove itself by. No token was made.")
            strength = STRONG if options["strong"] else "command"
            token = services.create_token(
                user=user, scopes=options["scopes"], lifetime=lifetime, strength=strength
            )
            self.stdout.write(token)
        except AccountsError as error:
            raise CommandError(str(error)) from None
