"""`manage.py circle SLUG`: make a care team or a group of organisations, and say who is in it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.circles import circle, create_circle, join, leave
from portal.accounts.errors import AccountsError


class Command(BaseCommand):
    help = (
        "Make a care team or a group of organisations (--kind, --name), and put members in or take them out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="short name, such as emergency-rooms")
        parser.add_argument(
            "--kind", choices=["team", "group"], help="makes it: a team of people, or a group"
        )
        parser.add_argument("--name", help="full name, for a new one")
        parser.add_argument("--add", action="append", default=[], help="e-mail address, or organisation")
        parser.add_argument("--remove", action="append", default=[], help="likewise")

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["slug"]
        try:
            if options["kind"]:
                create_circle(kind=options["kind"], slug=slug, name=options["name"] or slug)
            for member in options["add"]:
                join(slug=slug, member=member)
            for member in options["remove"]:
                leave(slug=slug, member=member)
            found = circle(slug)
        except AccountsError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{found.slug}: {found.kind} {found.name}, {found.members.count()} in it")
