"""The public keys of applications that sign: registered here, or fetched from the address that they registered."""

import hashlib
import json
from typing import Any

from django.core.cache import cache
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ledger.errors import OutboundRefused
from ledger.outbound import call
from portal.smart.errors import BadRegistration, KeysUnreachable
from portal.smart.models import Application

LARGEST = 64 * 1024
SECONDS = 5.0
KEPT_SECONDS = 10 * 60
MOST_KEYS = 20
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})


def keys_of(application: Application) -> KeySet:
    """The keys that may sign for it. Raises KeysUnreachable."""
    try:
        if application.jwks:
            return key_set(application.jwks)
        return key_set(_fetched(application.jwks_uri))
    except BadRegistration:
        raise KeysUnreachable("The keys of this application cannot be read.") from None


def key_set(document: Any) -> KeySet:
    """The public RSA and EC keys of a JWK Set (RFC 7517). Raises BadRegistration."""
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or not 1 <= len(keys) <= MOST_KEYS:
        raise BadRegistration(f"A key set has 1 to {MOST_KEYS} keys under “keys”. Nothing was stored.")
    for key in keys:
        if not isinstance(key, dict) or key.get("kty") not in ("RSA", "EC") or PRIVATE & set(key):
            raise BadRegistration(
                "A key set for this node has public RSA and EC keys only. Nothing was stored."
            )
    try:
        return KeySet.import_key_set(document)
    except (JoseError, ValueError, TypeError, KeyError):
        raise BadRegistration("One of the keys cannot be read. Nothing was stored.") from None


def _fetched(url: str) -> Any:
    name = "smart.jwks." + hashlib.sha256(url.encode()).hexdigest()
    text = cache.get(name)
    if text is None:
        try:
            answer = call(url, headers={"Accept": "application/json"}, largest=LARGEST, seconds=SECONDS)
            text = answer.content.decode()
        except (OutboundRefused, UnicodeDecodeError):
            raise KeysUnreachable("The address of this application's keys does not answer.") from None
        if answer.status != 200:
            raise KeysUnreachable("The address of this application's keys does not answer with keys.")
        cache.set(name, text, KEPT_SECONDS)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise KeysUnreachable("The address of this application's keys does not answer with keys.") from None
