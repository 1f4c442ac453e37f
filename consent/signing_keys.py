"""Whose passkeys the log has told of, and which of them were taken away: what a signature's key is held against.

Pure. A key of which this log never told says nothing: it may have been added before the account came to this
organisation. One that it told of signs for its account alone, and only until it is taken away.
"""

from collections.abc import Mapping
from typing import Any

from consent.errors import SignatureRefused
from consent.passkey import from_text
from ledger.hashing import sha256

ADDED, REMOVED = "credential.added", "credential.removed"
TYPES = (ADDED, REMOVED)


class SigningKeys:
    """Grows with the log. Keys are named by SHA-256 of their COSE form, in hex, as those entries name them."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._gone: set[str] = set()

    def take(self, kind: str, audit: Mapping[str, Any]) -> None:
        """One entry about a way to sign in; only passkeys have a key."""
        key = audit.get("key")
        if key is None:
            return
        self._owners[str(key)] = str(audit.get("account"))
        if kind == REMOVED:
            self._gone.add(str(key))

    def check(self, stored: Mapping[str, Any], signer: str | None) -> None:
        """Raise SignatureRefused if the key of this signature was not the signer's then.

        `stored` was found to hold before. `signer` None: the entry is of a time when entries did not say.
        """
        if "public_key" not in stored:
            return
        key = sha256(from_text(str(stored["public_key"]))).hex()
        if key in self._gone:
            raise SignatureRefused("its key had been taken away before.")
        if signer is not None and self._owners.get(key, signer) != signer:
            raise SignatureRefused("its key is another account's.")
