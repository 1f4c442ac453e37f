"""How a contract was signed, and how strongly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from consent import passkey
from consent.errors import SignatureOverAnother, SignatureRefused

KINDS = ("passkey", "reauthenticated", "token")
"""`passkey`: a WebAuthn assertion over the code hash, kept so that anyone can check it. `reauthenticated`: the
signer said again just before who they are, with their second factor if they have one, else with the password alone;
the evidence names which (`method` mfa with its `factor`, or password). `token`: by API, with a token that has the scope
`sign` by name."""

STRONGEST = "passkey"
SECOND_FACTOR = "mfa"  # as the evidence of a signature names it


@dataclass(frozen=True)
class Signature:
    """`by` is the user who signed; `evidence` what lets others check that, as JSON (for a passkey base64url texts)."""

    kind: str
    by: UUID
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SignatureRefused(f"A contract is signed by one of: {', '.join(KINDS)}.")
        if self.kind == STRONGEST and sorted(self.evidence) != list(passkey.EVIDENCE):
            raise SignatureRefused("A passkey's signature needs its assertion with it.")

    @property
    def strong(self) -> bool:
        """Whether more than a password stood behind it: a passkey, a second factor, or a token that was made by one."""
        return self.kind == STRONGEST or self.evidence.get("method") == SECOND_FACTOR


@dataclass(frozen=True)
class Signed:
    """What the log says a signature is over: the contract's id, its code hash, and the log's own name."""

    contract: str
    code_hash: str
    log: str


def check_signer(signature: Signature, *, grantor: UUID) -> None:
    """Refuse a signature that is not the grantor's own, or that is over nothing that was proposed."""
    if signature.by != grantor:
        raise SignatureRefused("A contract is signed by the one who grants it.")
    if signature.kind == STRONGEST:
        raise SignatureRefused("A passkey signs a contract that was proposed. Propose it first, then sign.")


def verify(stored: Mapping[str, Any], about: Signed) -> None:
    """Check a signature as a ledger entry keeps it (`kind` beside its evidence), from that entry alone.

    Of the weaker kinds nothing can be checked afterwards: that they were given is our word. Raises SignatureRefused.
    """
    kind = stored.get("kind")
    if kind not in KINDS:
        raise SignatureRefused(f"A contract is signed by one of: {', '.join(KINDS)}.")
    if kind != STRONGEST:
        return
    evidence = {name: value for name, value in stored.items() if name != "kind"}
    passkey.verify_assertion(evidence)
    said = evidence["signed"]
    if any(said.get(name) != value for name, value in vars(about).items()) or said.get("act") != passkey.SIGN:
        raise SignatureOverAnother("The passkey signed another contract than this one.")
    if said.get("domain") != passkey.DOMAIN:
        raise SignatureOverAnother("The passkey signed something else than a contract.")
