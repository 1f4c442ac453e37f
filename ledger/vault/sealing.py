"""Sealing: AES-256-GCM that commits to its key and to the clear values around it.

GCM alone lets one ciphertext open under two keys to two texts. So every sealing derives a key of its own, and
beside it a commitment that is checked before anything is opened:

    sealed = 0x01 || key id (16) || salt (32) || commitment (32) || ciphertext and tag
    HKDF-SHA256(K, salt, "assent/seal/v1" || SHA-256(AAD)) -> key (32) || nonce (12) || commitment (32)

AAD, the JCS bytes of an object, is bound by the derivation and not given to GCM again. To disclose one
sealing, give the pseudorandom key between HKDF's two steps (RFC 5869): it opens this sealing only, tells
nothing of K, and who opens with it checks the commitment too, which the AES key alone would not allow.
"""

import hmac
import os
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.canonical import canonical
from ledger.errors import FormatError, SealError
from ledger.hashing import sha256

KEY_BYTES = 32
VERSION = b"\x01"
_INFO = b"assent/seal/v1"
_ID = slice(1, 17)
_SALT = slice(17, 49)
_COMMITMENT = slice(49, 81)
_HEADER_BYTES = 81
_TAG_BYTES = 16


class _Derived(NamedTuple):
    key: bytes
    nonce: bytes
    commitment: bytes


def seal(key: bytes, key_id: UUID, plaintext: bytes, aad: Mapping[str, object]) -> bytes:
    """`plaintext` under a fresh salt; `aad` names what it is and every clear value that decisions read."""
    salt = os.urandom(32)
    derived = _expand(_extract(key, salt), aad)
    ciphertext = AESGCM(derived.key).encrypt(derived.nonce, plaintext, None)
    return VERSION + key_id.bytes + salt + derived.commitment + ciphertext


def unseal(key: bytes, sealed: bytes, aad: Mapping[str, object]) -> bytes:
    """The plaintext, if key, bytes and `aad` are the ones that were sealed together."""
    return unseal_revealed(reveal_key(key, sealed), sealed, aad)


def reveal_key(key: bytes, sealed: bytes) -> bytes:
    """What discloses this sealing and no other: 32 bytes for `unseal_revealed`."""
    _check_form(sealed)
    return _extract(key, sealed[_SALT])


def unseal_revealed(revealed: bytes, sealed: bytes, aad: Mapping[str, object]) -> bytes:
    _check_form(sealed)
    derived = _expand(revealed, aad)
    if not hmac.compare_digest(derived.commitment, sealed[_COMMITMENT]):
        raise SealError("The seal was made with another key, or what stands beside it was changed.")
    try:
        return AESGCM(derived.key).decrypt(derived.nonce, sealed[_HEADER_BYTES:], None)
    except InvalidTag as error:
        raise SealError("The sealed bytes were changed.") from error


def key_id_of(sealed: bytes) -> UUID:
    """Which key opens it. A claim until it does."""
    _check_form(sealed)
    return UUID(bytes=sealed[_ID])


def _check_form(sealed: bytes) -> None:
    if sealed[:1] != VERSION or len(sealed) < _HEADER_BYTES + _TAG_BYTES:
        raise FormatError("The bytes are not a seal of a known version.")


def _extract(key: bytes, salt: bytes) -> bytes:
    """HKDF-Extract, RFC 5869 section 2.2."""
    if len(key) != KEY_BYTES:
        raise FormatError(f"A sealing key has {KEY_BYTES} bytes.")
    return hmac.digest(salt, key, "sha256")


def _expand(revealed: bytes, aad: Mapping[str, object]) -> _Derived:
    if len(revealed) != KEY_BYTES:
        raise FormatError(f"A key that discloses a seal has {KEY_BYTES} bytes.")
    info = _INFO + sha256(canonical(dict(aad)))
    # HKDF-Expand to 76 bytes, RFC 5869 section 2.3: T(1) || T(2) || T(3), cut off.
    first = hmac.digest(revealed, info + b"\x01", "sha256")
    second = hmac.digest(revealed, first + info + b"\x02", "sha256")
    third = hmac.digest(revealed, second + info + b"\x03", "sha256")
    return _Derived(first, second[:12], second[12:] + third[:12])
