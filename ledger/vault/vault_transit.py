"""The node's key in the keeping of Vault's transit engine (HashiCorp Vault, OpenBao), over its HTTP API.

POST /v1/<mount>/encrypt/<key> and .../decrypt/<key>, with the key's id as associated data, so that the transit key must
be of an AEAD type (aes256-gcm96 is the default).
"""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings

from ledger.errors import KeyServiceFailed, OutboundRefused
from ledger.outbound import call

MAX_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class VaultTransit:
    """`address` is that of the server; `namespace` may be empty. The token never stands in a text of this class."""

    address: str
    key: str
    token: str = field(repr=False)
    mount: str = "transit"
    namespace: str = ""

    name = "vault"

    @classmethod
    def from_settings(cls) -> "VaultTransit":
        given = settings.ASSENT_VAULT
        token = given["token"]
        if given["token_file"]:
            try:
                token = Path(given["token_file"]).read_text(encoding="ascii").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise KeyServiceFailed("The file with Vault's token cannot be read.") from error
        if not given["address"] or not given["key"] or not token:
            raise KeyServiceFailed(
                "Vault needs ASSENT_VAULT_ADDRESS, ASSENT_VAULT_KEY and ASSENT_VAULT_TOKEN or ..._TOKEN_FILE."
            )
        return cls(given["address"].rstrip("/"), given["key"], token, given["mount"], given["namespace"])

    def encrypt(self, key: bytes, key_id: UUID) -> bytes:
        asked = {"plaintext": base64.b64encode(key).decode(), "associated_data": _bound(key_id)}
        return str(self._ask("encrypt", asked)["ciphertext"]).encode()

    def decrypt(self, wrapped: bytes, key_id: UUID) -> bytes:
        asked = {"ciphertext": wrapped.decode("ascii", "replace"), "associated_data": _bound(key_id)}
        try:
            return base64.b64decode(self._ask("decrypt", asked)["plaintext"], validate=True)
        except ValueError as error:
            raise KeyServiceFailed("Vault answered with something else than a key.") from error

    def _ask(self, operation: str, body: dict[str, str]) -> dict[str, Any]:
        url = f"{self.address}/v1/{quote(self.mount)}/{operation}/{quote(self.key, safe='')}"
        headers = {"X-Vault-Token": self.token, "X-Vault-Request": "true", "Content-Type": "application/json"}
        if self.namespace:
            headers["X-Vault-Namespace"] = self.namespace
        content = json.dumps(body).encode()
        try:
            answer = call(
                url, method="POST", body=content, headers=headers, largest=MAX_ANSWER_BYTES, inside=True
            )
        except OutboundRefused as error:
            raise KeyServiceFailed(f"Vault cannot be asked for the node's key: {error}") from None
        if answer.status != 200:
            raise KeyServiceFailed(f"Vault refused to {operation} the node's key (status {answer.status}).")
        try:
            found = json.loads(answer.content)["data"]
            if isinstance(found, dict) and {"plaintext", "ciphertext"} & found.keys():
                return found
        except (ValueError, KeyError, TypeError):
            pass
        raise KeyServiceFailed("Vault answered in a form that is not the transit engine's.")


def _bound(key_id: UUID) -> str:
    return base64.b64encode(f"assent/node-key/{key_id}".encode()).decode()
