"""`manage.py import_hl7`: takes HL7 v2 messages from files."""

import re
from argparse import ArgumentParser
from pathlib import Path

from django.core.management import BaseCommand, CommandError

from portal.accounts import selectors
from portal.accounts.errors import AccountsError
from portal.records.hl7.receiving import receive

_MESSAGE = re.compile(rb"(?:\A|(?<=[\r\n\x0b]))MSH\|.*?(?=(?:[\r\n\x0b\x1c]+MSH\|)|\Z)", re.DOTALL)


class Command(BaseCommand):
    help = "Take the HL7 v2 messages of files; a bad one is named and stops nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG", help="whose records they are")
        parser.add_argument("paths", nargs="+", type=Path, metavar="FILE")

    def handle(self, **options: object) -> None:
        try:
            tenant = selectors.organisation(str(options["tenant"])).id
        except AccountsError as error:
            raise CommandError(str(error)) from error
        stored = refused = 0
        for path in options["paths"]:  # type: ignore[attr-defined]
            try:
                messages = messages_of(path.read_bytes())
            except OSError as error:
                raise CommandError(f"{path} cannot be read: {error.strerror}") from error
            for number, content in enumerate(messages, 1):
                taken = receive(tenant=tenant, content=content)
                stored += taken.stored
                if taken.reason:
                    refused += 1
                    self.stderr.write(f"{path}, message {number}: {taken.reason}")
        self.stdout.write(f"{stored} records stored, {refused} messages refused.")
        if refused:
            raise CommandError("Not everything was taken.")


def messages_of(content: bytes) -> list[bytes]:
    """The messages of a file, with MLLP's framing or without. What is none is one message that is refused."""
    found = [message.strip(b"\x0b\x1c\r\n") + b"\r" for message in _MESSAGE.findall(content)]
    return found or [content]
