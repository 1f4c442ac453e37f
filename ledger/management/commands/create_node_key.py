"""`manage.py create_node_key`: makes the key from which all others of this node hang, once in its life."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ledger.errors import LedgerError
from ledger.vault.key_services import configured_service
from ledger.vault.provider import NodeKeyProvider


class Command(BaseCommand):
    help = "Make the node's key at ASSENT_NODE_KEY_FILE. It never replaces one."
    requires_system_checks = []  # one of them asks for the key

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.ASSENT_NODE_KEY_FILE
        try:
            key = NodeKeyProvider.create(path, configured_service())
        except (LedgerError, OSError) as error:
            raise CommandError(f"No key was made. {error}") from None
        self.stdout.write(
            f"{path}: key {key.key_id}. Back it up apart from the database: without it nothing opens."
        )
