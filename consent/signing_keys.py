"""Whose passkeys the log has told of, and which of them were taken away: what a signature's key is held against.

Pure. A key that the log told of signs for its account alone, and only until it is taken away. An account may have had
its key before it came to this organisation: then the key is introduced in the log before it signs there for the first
time. Of a key that signed before any entry told of it nobody can say whose it is.
"""

from collections.abc import Mapping
from typing import Any

from consent.errors import SignatureRefused
from consent.passkey import from_text
from ledger.hashing import sha256

ADDED, INTRODUCED, REMOVED = "credential.added", "credential.introduced", "credential.removed"
TYPES = (ADDED, INTRODUCED, REMOVED)


def name_of(stored: Mapping[str, Any]) -> str:
    """What those entries call the key of a passkey's signature: SHA-256 of its COSE form, in hex."""
    return sha256(from_text(str(stored["public_key"]))).hex()


class SigningKeys:
    """Grows with the log; keys are named as `name_of` does."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._gone: set[str] = set()

    def take(self, kind: str, audit: Mapping[str, Any]) -> None:
        """One entry about a way to sign in; only passkeys have a key."""
        key = audit.get("key")
        if key is None:
            return
        account = str(audit.get("account"))
        if kind == INTRODUCED:  # takes no key from the account that added it here
            self._owners.setdefault(str(key), account)
        else:
            self._owners[str(key)] = account
        if kind == REMOVED:
            self._gone.add(str(key))

    def check(self, stored: Mapping[str, Any], signer: str | None) -> bool:
        """Whether the log told of the signature's key before. Raises SignatureRefused if it was not the signer's then.

        `stored` was found to hold before. `signer` None: the entry is of a time when entries did not say.
        """
        if "public_key" not in stored:
            return True
        key = name_of(stored)
        if key in self._gone:
            raise SignatureRefused("its key had been taken away before.")
        if signer is not None and self._owners.get(key, signer) != signer:
            raise SignatureRefused("its key is another account's.")
        return key in self._owners
