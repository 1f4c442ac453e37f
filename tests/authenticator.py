"""A passkey in software: makes the assertions that a device would, and those that none should."""

import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256

from consent.passkey import challenge_of, to_text
from ledger.hashing import sha256

ORIGIN, SITE = "https://portal.example", "portal.example"
PRESENT_AND_VERIFIED = 0x05


@dataclass
class SoftKey:
    """One P-256 credential. `counter` counts its uses."""

    credential_id: bytes = b"soft key"
    counter: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> bytes:
        return bytes(cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key()))))  # type: ignore[no-untyped-call]

    def assertion(
        self,
        signed: dict[str, Any],
        *,
        origin: str = ORIGIN,
        site: str = SITE,
        flags: int = PRESENT_AND_VERIFIED,
        **client: Any,
    ) -> dict[str, Any]:
        """What the browser gives for this agreement, as JSON."""
        self.counter += 1
        said = {"type": "webauthn.get", "challenge": to_text(challenge_of(signed)), "origin": origin} | client
        client_data = json.dumps(said).encode()
        authenticator = sha256(site.encode()) + bytes([flags]) + self.counter.to_bytes(4, "big")
        signature = self.key.sign(authenticator + sha256(client_data), ec.ECDSA(hashes.SHA256()))
        response = {
            "authenticatorData": to_text(authenticator),
            "clientDataJSON": to_text(client_data),
            "signature": to_text(signature),
        }
        return {"id": to_text(self.credential_id), "response": response}

    def evidence(self, signed: dict[str, Any], **how: Any) -> dict[str, Any]:
        """What a face gives to `consent.services.sign`."""
        response = self.assertion(signed, **how)["response"]
        return {
            "authenticator_data": response["authenticatorData"],
            "client_data_json": response["clientDataJSON"],
            "credential_id": to_text(self.credential_id),
            "origin": ORIGIN,
            "public_key": to_text(self.public_key),
            "rp_id": SITE,
            "signature": response["signature"],
            "signed": signed,
        }
