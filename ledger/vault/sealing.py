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
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

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
_DERIVED_BYTES = 76
_SHA256 = SHA256()

Aad = Mapping[str, object] | bytes
"""An object, or its JCS bytes from somebody who seals so many that a mapping for each would cost."""


class _Derived(NamedTuple):
    key: bytes
    nonce: bytes
    commitment: bytes


def seal(key: bytes, key_id: UUID, plaintext: bytes, aad: Aad) -> bytes:
    """`plaintext` under a fresh salt; `aad` names what it is and every clear value that decisions read."""
    salt = os.urandom(32)
    derived = _derive(key, salt, aad)
    ciphertext = AESGCM(derived.key).encrypt(derived.nonce, plaintext, None)
    return VERSION + key_id.bytes + salt + derived.commitment + ciphertext


def unseal(key: bytes, sealed: bytes, aad: Aad) -> bytes:
    """The plaintext, if key, bytes and `aad` are the ones that were sealed together."""
    _check_form(sealed)
    return _open(_derive(key, sealed[_SALT], aad), sealed)


def reveal_key(key: bytes, sealed: bytes) -> bytes:
    """What discloses this sealing and no other: 32 bytes for `unseal_revealed`."""
    _check_form(sealed)
    _check_key(key)
    return hmac.digest(sealed[_SALT], key, "sha256")  # HKDF-Extract, RFC 5869 section 2.2


def unseal_revealed(revealed: bytes, sealed: bytes, aad: Aad) -> bytes:
    """The plaintext of one sealing, by what `reveal_key` gave."""
    _check_form(sealed)
    if len(revealed) != KEY_BYTES:
        raise FormatError(f"A key that discloses a seal has {KEY_BYTES} bytes.")
    return _open(_parts(HKDFExpand(_SHA256, _DERIVED_BYTES, _bound(aad)).derive(revealed)), sealed)


def _open(derived: _Derived, sealed: bytes) -> bytes:
    if not hmac.compare_digest(derived.commitment, sealed[_COMMITMENT]):
        raise SealError("The seal was made with another key, or what stands beside it was changed.")
    try:
        return AESGCM(derived.key).decrypt(derived.nonce, sealed[_HEADER_BYTES:], None)
    except InvalidTag as error:
        raise SealError("The sealed bytes were changed.") from error


def key_id_of(sealed: bytes) -> UUID:
    """Which key opens it. A claim until it does."""
    _check_form(sealed)
    return _key_id(sealed[_ID])


def key_ids_of(sealings: Iterable[bytes]) -> set[UUID]:
    """Which keys open these; what is no seal names none."""
    return {_key_id(sealed[_ID]) for sealed in sealings if _has_form(sealed)}


@lru_cache(maxsize=4096)
def _key_id(content: bytes) -> UUID:
    """The records of a page are sealed with one key, and a UUID costs as much as a hash."""
    return UUID(bytes=content)


def _has_form(sealed: bytes) -> bool:
    return sealed[:1] == VERSION and len(sealed) >= _HEADER_BYTES + _TAG_BYTES


def _check_form(sealed: bytes) -> None:
    if not _has_form(sealed):
        raise FormatError("The bytes are not a seal of a known version.")


def _check_key(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise FormatError(f"A sealing key has {KEY_BYTES} bytes.")


def _derive(key: bytes, salt: bytes, aad: Aad) -> _Derived:
    _check_key(key)
    return _parts(HKDF(_SHA256, _DERIVED_BYTES, salt, _bound(aad)).derive(key))


def _bound(aad: Aad) -> bytes:
    """What the derivation binds."""
    return _INFO + sha256(aad if isinstance(aad, bytes) else canonical(dict(aad)))


def _parts(derived: bytes) -> _Derived:
    return _Derived(derived[:32], derived[32:44], derived[44:])
