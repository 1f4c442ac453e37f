"""`manage.py create_account EMAIL [--patient TENANT:ID] [--member TENANT:ROLE]...`"""

import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ledger.errors import LedgerError
from ledger.scope import tenant_scope
from portal.accounts import selectors, services
from portal.accounts.errors import AccountsError
from portal.accounts.models import User


class Command(BaseCommand):
    help = (
        "Make an account, link it to an imported patient, give it roles. "
        "The password is read from standard input, or generated and printed once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="display name, such as 'Dr Jonas Okafor'")
        parser.add_argument("--patient", metavar="TENANT:ID", help="FHIR Patient id at that organisation")
        parser.add_argument("--member", metavar="TENANT:ROLE", action="append", default=[])
        parser.add_argument("--title", default="", help="what the member is, such as 'Diabetes doctor'")

    def handle(self, *args: Any, **options: Any) -> None:
        typed = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        password = typed or secrets.token_urlsafe(15)
        try:
            with transaction.atomic():
                user = services.create_account(
                    email=options["email"], password=password, name=options["name"]
                )
                if options["patient"]:
                    _claim(user, options["patient"])
                for member in options["member"]:
                    _join(user, member, options["title"])
        except (AccountsError, LedgerError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"account {user.email}")
        if not typed:
            self.stdout.write(f"password {password}")


def _claim(user: User, patient: str) -> None:
    slug, _, patient_id = patient.partition(":")
    with tenant_scope(selectors.organisation(slug).id):
        person = selectors.registration(patient=patient_id).person_id
    services.claim_person(person=person, user=user)


def _join(user: User, member: str, title: str) -> None:
    slug, _, role = member.partition(":")
    services.add_member(tenant=selectors.organisation(slug).id, user=user, role=role, title=title)
