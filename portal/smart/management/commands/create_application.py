"""`manage.py create_application NAME --scopes "..."` registers an application and prints its client id (and secret)."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.errors import ConsentError
from portal.accounts import selectors
from portal.accounts.errors import AccountsError
from portal.smart import services


class Command(BaseCommand):
    help = (
        "Register an application, let organisations admit it, and print {client_id, client_secret} as JSON."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--scopes", required=True, help='the most that it may be given: "openid patient/*.rs"'
        )
        parser.add_argument(
            "--redirect", action="append", default=[], help="where it is answered; repeatable"
        )
        parser.add_argument("--launch", default="", help="where it is opened from a patient's chart")
        parser.add_argument("--purpose", action="append", default=[], help="PATRQT if absent; repeatable")
        parser.add_argument("--tenant", action="append", default=[], help="admit it there; repeatable")
        parser.add_argument("--confidential", action="store_true", help="give it a secret, shown once")
        parser.add_argument(
            "--backend", action="store_true", help="a service that acts for nobody, by its keys"
        )
        parser.add_argument("--jwks", type=Path, help="a file with its public keys (JWK Set)")
        parser.add_argument("--jwks-uri", default="", help="where its public keys are published")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            places = [selectors.organisation(slug) for slug in options["tenant"]]
            made = services.register(
                name=options["name"],
                scopes=options["scopes"],
                redirect_uris=options["redirect"],
                launch_uri=options["launch"],
                purposes=options["purpose"] or ["PATRQT"],
                confidential=options["confidential"],
                backend=options["backend"],
                jwks=json.loads(options["jwks"].read_text()) if options["jwks"] else None,
                jwks_uri=options["jwks_uri"],
            )
            for place in places:
                services.admit(application=made.application, tenant=place.id)
        except (AccountsError, ConsentError, OSError, ValueError) as error:
            raise CommandError(str(error)) from None
        said = {"client_id": made.application.client_id, "client_secret": made.secret or None}
        self.stdout.write(json.dumps(said))
