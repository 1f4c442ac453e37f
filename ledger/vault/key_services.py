"""Services that keep the node's key for us: it stands in the node's file only as what they made of it.

ASSENT_KEY_SERVICE names the one that new keys are given to: `vault` (HashiCorp Vault or OpenBao, transit engine) or
`aws-kms`. What is in the file already names its own.
"""

from typing import Protocol
from uuid import UUID

from django.conf import settings

from ledger.errors import KeyServiceFailed


class KeyService(Protocol):
    """`key_id` is bound to what is encrypted: a line of the file that was given another id does not open."""

    @property
    def name(self) -> str: ...
    def encrypt(self, key: bytes, key_id: UUID) -> bytes: ...
    def decrypt(self, wrapped: bytes, key_id: UUID) -> bytes: ...


def configured_service() -> KeyService | None:
    """That for new keys; None keeps them in the file as they are."""
    return service_named(settings.ASSENT_KEY_SERVICE) if settings.ASSENT_KEY_SERVICE else None


def service_named(name: str) -> KeyService:
    if name == "vault":
        from ledger.vault.vault_transit import VaultTransit  # noqa: PLC0415 - each only where it is used

        return VaultTransit.from_settings()
    if name == "aws-kms":
        from ledger.vault.aws_kms import AwsKms  # noqa: PLC0415

        return AwsKms.from_settings()
    raise KeyServiceFailed(f"There is no key service {name!r}: vault or aws-kms.")
