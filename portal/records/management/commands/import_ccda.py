"""`manage.py import_ccda`: takes C-CDA documents from files."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management import BaseCommand, CommandError

from ledger.errors import LedgerError
from portal.accounts import selectors
from portal.accounts.errors import AccountsError
from portal.records.ccda.errors import DocumentRefused
from portal.records.ccda.receiving import take_document
from portal.records.ccda.xml import LARGEST


class Command(BaseCommand):
    help = (
        "Take C-CDA documents (XML) of registered patients: matched by record number, name and birth date, kept byte "
        "for byte. One that is there already changes nothing; a bad one is named and stops nothing else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG", help="whose records they are")
        parser.add_argument("paths", nargs="+", type=Path, metavar="FILE")

    def handle(self, **options: object) -> None:
        stored = refused = 0
        try:
            tenant = selectors.organisation(str(options["tenant"])).id
            for path in options["paths"]:  # type: ignore[attr-defined]
                try:
                    with path.open("rb") as file:
                        report = take_document(tenant=tenant, content=file.read(LARGEST + 1))
                    stored += bool(report.created or report.updated)
                except DocumentRefused as refusal:
                    refused += 1
                    self.stderr.write(f"{path}: {refusal}")
                except OSError as error:
                    refused += 1
                    self.stderr.write(f"{path}: cannot be read: {error.strerror}")
        except (AccountsError, LedgerError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{stored} documents stored, {refused} refused.")
        if refused:
            raise CommandError("Not everything was taken. The lines above say what was not, and why.")
