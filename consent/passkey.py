"""A passkey's signature over a contract, made so that anyone can check it offline, from the ledger's evidence alone.

The challenge that the authenticator signs is SHA-256 of the canonical JSON of what is agreed to: whoever has this
object, the assertion and the public key needs nothing of ours (WebAuthn Level 2, section 7.2).
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fido2 import cbor
from fido2.cose import CoseKey, UnsupportedKey

from consent.errors import SignatureOverAnother, SignatureRefused
from ledger.canonical import canonical
from ledger.hashing import sha256

DOMAIN = "assent/contract/v1"
SIGN = "sign"
EVIDENCE = (
    "authenticator_data",
    "client_data_json",
    "credential_id",
    "origin",
    "public_key",
    "rp_id",
    "signature",
    "signed",
)
"""Texts in base64url, except `origin` and `rp_id`, which are plain, and `signed`, the object of the challenge."""
USER_PRESENT, USER_VERIFIED = 0x01, 0x04
_HEADER_BYTES = 37  # rpIdHash (32), flags (1), signature counter (4)


@dataclass(frozen=True)
class Agreement:
    """What one signature is over. `nonce` (base64url) is the server's and used once; `expires` an ISO instant."""

    contract: str
    code_hash: str
    log: str
    person: str
    nonce: str
    expires: str
    act: str = SIGN

    def document(self) -> dict[str, str]:
        """The object whose canonical JSON is hashed."""
        return {
            "domain": DOMAIN,
            "contract": self.contract,
            "code_hash": self.code_hash,
            "log": self.log,
            "person": self.person,
            "act": self.act,
            "nonce": self.nonce,
            "expires": self.expires,
        }

    def challenge(self) -> bytes:
        """32 bytes for the authenticator."""
        return challenge_of(self.document())


def challenge_of(document: Mapping[str, Any]) -> bytes:
    return sha256(canonical(dict(document)))


def verify_assertion(evidence: Mapping[str, Any]) -> int:
    """Check one signature by what is kept of it, offline; returns the authenticator's counter.

    That the key is the signer's, and that the agreement names the contract at hand, is for the caller to compare.
    Raises SignatureRefused, which names what does not hold.
    """
    if sorted(evidence) != list(EVIDENCE) or not isinstance(evidence["signed"], Mapping):
        raise SignatureRefused("A passkey's signature needs its whole assertion with it.")
    client = _octets(evidence, "client_data_json")
    authenticator = _octets(evidence, "authenticator_data")
    public_key, signature = _octets(evidence, "public_key"), _octets(evidence, "signature")
    _check_client(client, evidence)
    _check_authenticator(authenticator, str(evidence["rp_id"]))
    try:
        _key(public_key).verify(authenticator + sha256(client), signature)
    except Exception as error:  # whatever a key that is none makes the libraries raise
        raise SignatureRefused("The signature was not made by this passkey over this contract.") from error
    return int.from_bytes(authenticator[33:_HEADER_BYTES], "big")


def _key(content: bytes) -> CoseKey:
    value = cbor.decode(content)
    if not isinstance(value, Mapping):
        raise ValueError("A COSE key is a map.")  # noqa: TRY004 - it is the value that is wrong
    key = CoseKey.parse(value)
    if isinstance(key, UnsupportedKey):
        raise ValueError("Keys of this kind cannot be checked.")  # noqa: TRY004
    return key


def to_text(content: bytes) -> str:
    """base64url without padding, as WebAuthn writes it."""
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes:
    """The inverse of `to_text`; raises ValueError."""
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (NotBase64, UnicodeEncodeError) as error:
        raise ValueError("This is not base64url.") from error


def _check_client(client: bytes, evidence: Mapping[str, Any]) -> None:
    try:
        said = json.loads(client)
        challenge = from_text(said["challenge"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SignatureRefused("What the browser signed cannot be read.") from error
    if said.get("type") != "webauthn.get":
        raise SignatureRefused("That is not a signature, but another answer of a passkey.")
    if not hmac.compare_digest(challenge, challenge_of(evidence["signed"])):
        raise SignatureOverAnother("The passkey signed something else than this contract.")
    if said.get("origin") != evidence["origin"] or said.get("crossOrigin"):
        raise SignatureRefused("The passkey signed on another site.")
    host, site = urlsplit(str(evidence["origin"])).hostname or "", str(evidence["rp_id"])
    if host != site and not host.endswith(f".{site}"):
        raise SignatureRefused("The passkey signed on another site.")


def _check_authenticator(authenticator: bytes, rp_id: str) -> None:
    if len(authenticator) < _HEADER_BYTES or authenticator[:32] != sha256(rp_id.encode()):
        raise SignatureRefused("The passkey belongs to another site.")
    flags = authenticator[32]
    if not flags & USER_PRESENT or not flags & USER_VERIFIED:
        raise SignatureRefused("The passkey did not ask who is there. Use one with a PIN, finger or face.")


def _octets(evidence: Mapping[str, Any], name: str) -> bytes:
    value = evidence[name]
    if not isinstance(value, str) or not value:
        raise SignatureRefused("A passkey's signature needs its whole assertion with it.")
    try:
        return from_text(value)
    except ValueError as error:
        raise SignatureRefused("The passkey's answer cannot be read.") from error
