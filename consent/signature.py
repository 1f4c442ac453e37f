"""How a contract was signed, and how strongly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from consent.errors import SignatureRefused

KINDS = ("passkey", "reauthenticated", "token")
"""`passkey`: a WebAuthn assertion over the code hash, kept so that anyone can check it. `reauthenticated`: the
signer said again just before who they are, with their second factor if they have one, else with the password alone;
the evidence names which (`method` mfa with its `factor`, or password). `token`: by API, with a token that has the scope
`sign` by name."""

PASSKEY_EVIDENCE = (
    "authenticator_data",
    "challenge",
    "client_data_json",
    "credential_id",
    "public_key",
    "rp_id",
    "signature",
)


@dataclass(frozen=True)
class Signature:
    """`by` is the user who signed; `evidence` what lets others check that, as JSON (for a passkey base64url texts)."""

    kind: str
    by: UUID
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SignatureRefused(f"A contract is signed by one of: {', '.join(KINDS)}.")
        if self.kind == "passkey" and sorted(self.evidence) != list(PASSKEY_EVIDENCE):
            raise SignatureRefused("A passkey's signature needs its assertion with it.")


def check_signature(signature: Signature, *, grantor: UUID) -> None:
    """Refuse a signature that is not the grantor's own, or that we could not stand for."""
    if signature.by != grantor:
        raise SignatureRefused("A contract is signed by the one who grants it.")
    if signature.kind == "passkey":
        raise SignatureRefused(
            "This node does not check passkey signatures yet. Sign with password and code."
        )
