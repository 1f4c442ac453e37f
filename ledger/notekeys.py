"""Keys that sign notes, c2sp.org/signed-note: their names, ids and public text; and Ed25519 (type 0x01)."""

import re
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.encoding import base64_text
from ledger.errors import FormatError
from ledger.hashing import sha256

ED25519 = 0x01
KEY_ID_BYTES = 4
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class Verifier(Protocol):
    """A public key under a name. `public_key`: its bytes alone, which tell whether two names are one key."""

    @property
    def name(self) -> str: ...
    @property
    def key_id(self) -> bytes: ...
    def verify(self, message: bytes, signature: bytes) -> bool: ...


class Signer(Protocol):
    """A private key under a name. Its `vkey` is what others need to verify."""

    @property
    def name(self) -> str: ...
    @property
    def key_id(self) -> bytes: ...
    @property
    def vkey(self) -> str: ...
    def sign(self, message: bytes) -> bytes: ...


def key_id(name: str, kind: int, public_key: bytes) -> bytes:
    """SHA-256(name || 0x0A || type || public key)[:4]."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public_key)[:KEY_ID_BYTES]


def vkey(name: str, kind: int, public_key: bytes) -> str:
    """`name+hex(key id)+base64(type || public key)`."""
    return f"{name}+{key_id(name, kind, public_key).hex()}+{base64_text(bytes([kind]) + public_key)}"


def check_name(name: str) -> None:
    """Key names are not empty and hold no Unicode space, no plus sign and no control character."""
    if not name or "+" in name or CONTROL.search(name) or any(letter.isspace() for letter in name):
        raise FormatError("A key name is empty, or holds a space or a plus sign.")


class Ed25519Verifier:
    kind = ED25519

    def __init__(self, name: str, public_key: bytes) -> None:
        check_name(name)
        try:
            self._key = Ed25519PublicKey.from_public_bytes(public_key)
        except ValueError as error:
            raise FormatError("An Ed25519 public key has 32 bytes.") from error
        self.name, self.public_key = name, public_key
        self.key_id = key_id(name, self.kind, public_key)
        self.vkey = vkey(name, self.kind, public_key)

    def verify(self, message: bytes, signature: bytes) -> bool:
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Ed25519Signer:
    """`seed`: the 32 bytes of the private key (RFC 8032)."""

    kind = ED25519

    def __init__(self, name: str, seed: bytes) -> None:
        try:
            self._key = Ed25519PrivateKey.from_private_bytes(seed)
        except ValueError as error:
            raise FormatError("An Ed25519 private key has 32 bytes.") from error
        self.verifier = Ed25519Verifier(name, self._key.public_key().public_bytes_raw())
        self.name = name
        self.key_id = self.verifier.key_id
        self.vkey = self.verifier.vkey

    @classmethod
    def generate(cls, name: str) -> "Ed25519Signer":
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def seed(self) -> bytes:
        return self._key.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)
