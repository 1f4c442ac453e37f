"""`manage.py create_node_key`: makes what all other keys of this node hang from, once in its life."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ledger.errors import LedgerError
from ledger.vault import generations
from ledger.vault.key_services import configured_service
from ledger.vault.provider import NodeKeyProvider


class Command(BaseCommand):
    help = (
        "Make the node's key at ASSENT_NODE_KEY_FILE and the erasure generations at ASSENT_ERASURE_FILE, whichever is"
        " missing. It never replaces one."
    )
    requires_system_checks = []  # one of them asks for the key

    def handle(self, *args: Any, **options: Any) -> None:
        node: Path = settings.ASSENT_NODE_KEY_FILE
        erasure: Path = settings.ASSENT_ERASURE_FILE
        try:
            if not (node.exists() and not erasure.exists()):
                key = NodeKeyProvider.create(node, configured_service())
                self.stdout.write(
                    f"{node}: key {key.key_id}. Back it up apart from the database: without it nothing opens."
                )
            if not erasure.exists():
                (first,) = generations.create(erasure)
                self.stdout.write(
                    f"{erasure}: erasure generation {first.id}. Without it nothing of people opens, either: keep a copy"
                    " apart from the database, and replace the copy after each erasure, for an older one undoes it."
                )
        except (LedgerError, OSError) as error:
            raise CommandError(f"No key was made. {error}") from None
