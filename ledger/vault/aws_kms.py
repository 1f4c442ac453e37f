"""The node's key in the keeping of AWS KMS, through boto3, which is installed only where it is used.

Region and credentials are boto3's own business (environment, profile, instance role).
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from ledger.errors import KeyServiceFailed


@dataclass(frozen=True, slots=True)
class AwsKms:
    """`key` is a key id, alias or ARN; `client` is boto3's for `kms`."""

    client: Any
    key: str

    name = "aws-kms"

    @classmethod
    def from_settings(cls) -> "AwsKms":
        if not settings.ASSENT_KMS_KEY:
            raise KeyServiceFailed("AWS KMS needs ASSENT_KMS_KEY: a key id, alias or ARN.")
        try:
            import boto3  # noqa: PLC0415 - an extra
        except ImportError:
            raise KeyServiceFailed("AWS KMS needs the package boto3. Install it beside Assent.") from None
        return cls(boto3.client("kms"), settings.ASSENT_KMS_KEY)

    def encrypt(self, key: bytes, key_id: UUID) -> bytes:
        answer = self._ask("encrypt", Plaintext=key, EncryptionContext=_bound(key_id))
        return bytes(answer["CiphertextBlob"])

    def decrypt(self, wrapped: bytes, key_id: UUID) -> bytes:
        answer = self._ask("decrypt", CiphertextBlob=wrapped, EncryptionContext=_bound(key_id))
        return bytes(answer["Plaintext"])

    def _ask(self, operation: str, **asked: object) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        try:
            answer: dict[str, Any] = getattr(self.client, operation)(KeyId=self.key, **asked)
        except (BotoCoreError, ClientError) as error:
            # Its text may name the account; its class says enough.
            raise KeyServiceFailed(
                f"AWS KMS did not {operation} the node's key ({type(error).__name__})."
            ) from None
        return answer


def _bound(key_id: UUID) -> dict[str, str]:
    return {"assent": "node-key", "id": str(key_id)}
