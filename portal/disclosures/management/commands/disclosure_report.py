"""`manage.py disclosure_report --tenant SLUG --patient ID --out FILE`: an accounting of disclosures as a file."""

import os
from argparse import ArgumentParser
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.errors import LedgerError
from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts.errors import AccountsError
from portal.disclosures.papers import FORMATS, as_file
from portal.disclosures.services import account_for
from portal.records.errors import RecordsError


class Command(BaseCommand):
    help = "Write the accounting of disclosures of one patient (45 CFR 164.528). That it was made stands in the log."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument(
            "--patient", required=True, metavar="ID", help="FHIR Patient id at that organisation"
        )
        parser.add_argument("--from", dest="since", type=_day, metavar="DAY", help="such as 2026-01-31; UTC")
        parser.add_argument("--to", dest="until", type=_day, metavar="DAY", help="included; default: now")
        parser.add_argument(
            "--all", action="store_true", help="with what the rule leaves out, and on which ground"
        )
        parser.add_argument("--format", choices=list(FORMATS), default="csv")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new file; mode 0600")

    def handle(self, *args: Any, **options: Any) -> None:
        out, until = options["out"], options["until"]
        if out.exists():
            raise CommandError(f"{out} exists already; nothing was written over it.")
        try:
            tenant = selectors.organisation(options["tenant"])
            with tenant_scope(tenant.id):
                person = selectors.registration(patient=options["patient"]).person_id
            made = account_for(
                caller=None,
                tenant=tenant.id,
                person=person,
                since=options["since"],
                until=until + timedelta(days=1) if until else None,
                whole=options["all"],
            )
            with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(as_file(made, options["format"]))
        except (AccountsError, RecordsError, LedgerError, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{out}: {len(made.lines)} lines; {made.left_out} accesses are left out by the rule"
        )


def _day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(), UTC)
