"""private_key_jwt (RFC 7523; SMART App Launch 2.2, Client Authentication: Asymmetric)."""

import base64
import hashlib
import json
import time
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from joserfc import jwt
from joserfc.errors import JoseError

from portal.smart.errors import AssertionRefused
from portal.smart.keysets import keys_of
from portal.smart.models import Application, Assertion

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ["RS384", "ES384"]
LONGEST = 5 * 60  # seconds from now that an assertion may be good for
LEEWAY = 30  # seconds by which clocks may differ
LONGEST_TEXT = 16 * 1024
_REFUSED = "The client assertion was refused. Sign a new one: iss and sub are the client id, aud is the token address."


def client_named(text: str) -> str:
    """The `sub` of an assertion that nobody has checked yet, to find whose keys should check it; "" if it has none."""
    try:
        part = text[:LONGEST_TEXT].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4)))
    except (IndexError, ValueError, RecursionError):
        return ""
    named = claims.get("sub") if isinstance(claims, dict) else None
    return named if isinstance(named, str) else ""


def check(text: str, application: Application, *, audiences: set[str]) -> None:
    """Accept an assertion, once. Raises AssertionRefused, KeysUnreachable."""
    if len(text) > LONGEST_TEXT:
        raise AssertionRefused(_REFUSED)
    try:
        token = jwt.decode(text, keys_of(application), algorithms=ALGORITHMS)
    except (JoseError, ValueError, TypeError, KeyError):
        raise AssertionRefused(_REFUSED) from None
    claims = token.claims
    if claims.get("iss") != application.client_id or claims.get("sub") != application.client_id:
        raise AssertionRefused(_REFUSED)
    named = claims.get("aud")
    if not audiences & set(named if isinstance(named, list) else [named]):
        raise AssertionRefused(_REFUSED)
    _use(claims, application)


def _use(claims: Any, application: Application) -> None:
    """Note the `jti`, which must be new for as long as the assertion could be shown again."""
    now = time.time()
    expires, begins, name = claims.get("exp"), claims.get("nbf", 0), claims.get("jti")
    if not isinstance(name, str) or not 1 <= len(name) <= 255:
        raise AssertionRefused(_REFUSED)
    if type(expires) not in (int, float) or not now - LEEWAY < expires <= now + LONGEST + LEEWAY:
        raise AssertionRefused(_REFUSED)
    if type(begins) not in (int, float) or begins > now + LEEWAY:
        raise AssertionRefused(_REFUSED)
    until = datetime.fromtimestamp(expires + LEEWAY, UTC)
    Assertion.objects.filter(application=application, expires__lt=timezone.now()).delete()
    try:
        with transaction.atomic():
            digest = hashlib.sha256(name.encode()).digest()
            Assertion.objects.create(application=application, digest=digest, expires=until)
    except IntegrityError:
        raise AssertionRefused(
            "This client assertion was used before. Sign a new one with a new jti."
        ) from None
