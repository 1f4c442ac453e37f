"""Cosignatures, c2sp.org/tlog-cosignature: dated signatures of a checkpoint, by Ed25519 (0x04) or ML-DSA-44 (0x06).

Both are `uint64be time || signature`, the time in seconds of the epoch. A witness signs with the first; a log
signs beside its Ed25519 key with the second, which a quantum computer does not break.
"""

import time
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from ledger.errors import FormatError
from ledger.notekeys import Ed25519Signer, Ed25519Verifier, check_name, key_id, vkey
from ledger.treehead import Checkpoint, parse_checkpoint

COSIGNATURE, ML_DSA_44 = 0x04, 0x06
TIME_BYTES = 8
LATEST = 2**63 - 1

Seconds = Callable[[], float]
"""The time now, in seconds of the epoch."""


def cosigned_text(seconds: int, checkpoint: bytes) -> bytes:
    """What an Ed25519 cosignature signs; `checkpoint`: the text of the note, extensions too."""
    return b"cosignature/v1\ntime %d\n" % seconds + checkpoint


def cosigned_message(name: str, seconds: int, checkpoint: Checkpoint) -> bytes:
    """What ML-DSA-44 signs: `cosigned_message` of the specification, for a whole tree (start 0)."""
    return b"".join(
        [
            b"subtree/v1\n\0",
            _counted(name),
            seconds.to_bytes(8, "big"),
            _counted(checkpoint.origin),
            bytes(8),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        ]
    )


def time_of(signature: bytes) -> int:
    """When a cosignature was made, by its own account: seconds of the epoch."""
    seconds = int.from_bytes(signature[:TIME_BYTES], "big")
    if len(signature) <= TIME_BYTES or seconds > LATEST:
        raise FormatError("A cosignature starts with its time, in eight bytes.")
    return seconds


class CosignatureVerifier(Ed25519Verifier):
    """A witness's key."""

    kind = COSIGNATURE

    def verify(self, message: bytes, signature: bytes) -> bool:
        try:
            signed = cosigned_text(time_of(signature), message)
        except FormatError:
            return False
        return super().verify(signed, signature[TIME_BYTES:])


class CosignatureSigner:
    """`seed`: as Ed25519Signer's. The key must sign nothing else: the text does not name its owner."""

    def __init__(self, name: str, seed: bytes, *, seconds: Seconds = time.time) -> None:
        self._signer, self._seconds = Ed25519Signer(name, seed), seconds
        self.verifier = CosignatureVerifier(name, self._signer.verifier.public_key)
        self.name, self.seed = name, seed
        self.key_id, self.vkey = self.verifier.key_id, self.verifier.vkey

    @classmethod
    def generate(cls, name: str) -> "CosignatureSigner":
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        now = int(self._seconds())
        return now.to_bytes(TIME_BYTES, "big") + self._signer.sign(cosigned_text(now, message))


class MlDsaVerifier:
    """A log's second key, or a witness's; the name is bound by the signature itself."""

    kind = ML_DSA_44

    def __init__(self, name: str, public_key: bytes) -> None:
        check_name(name)
        _counted(name)
        try:
            self._key = MLDSA44PublicKey.from_public_bytes(public_key)
        except ValueError as error:
            raise FormatError("An ML-DSA-44 public key has 1,312 bytes.") from error
        self.name, self.public_key = name, public_key
        self.key_id = key_id(name, self.kind, public_key)
        self.vkey = vkey(name, self.kind, public_key)

    def verify(self, message: bytes, signature: bytes) -> bool:
        try:
            head = parse_checkpoint(message.decode())
            signed = cosigned_message(self.name, time_of(signature), head)
            self._key.verify(signature[TIME_BYTES:], signed)
        except (FormatError, UnicodeDecodeError, InvalidSignature):
            return False
        return True


class MlDsaSigner:
    """`seed`: the 32 bytes of FIPS 204 from which the key is expanded."""

    kind = ML_DSA_44

    def __init__(self, name: str, seed: bytes, *, seconds: Seconds = time.time) -> None:
        try:
            self._key = MLDSA44PrivateKey.from_seed_bytes(seed)
        except ValueError as error:
            raise FormatError("The seed of an ML-DSA-44 key has 32 bytes.") from error
        self.verifier = MlDsaVerifier(name, self._key.public_key().public_bytes_raw())
        self._seconds = seconds
        self.name, self.seed = name, seed
        self.key_id, self.vkey = self.verifier.key_id, self.verifier.vkey

    @classmethod
    def generate(cls, name: str) -> "MlDsaSigner":
        return cls(name, MLDSA44PrivateKey.generate().private_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """`message` is the text of a checkpoint. Raises FormatError if it is not."""
        now = int(self._seconds())
        signed = cosigned_message(self.name, now, parse_checkpoint(message.decode()))
        return now.to_bytes(TIME_BYTES, "big") + self._key.sign(signed)


def _counted(name: str) -> bytes:
    content = name.encode()
    if not 1 <= len(content) <= 255:
        raise FormatError("A name that ML-DSA-44 signs has 1 to 255 bytes.")
    return bytes([len(content)]) + content
