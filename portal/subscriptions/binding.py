"""Tokens by which a socket is bound to subscriptions: short-lived, and good for these subscriptions only."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.utils import timezone

from portal.subscriptions.errors import InvalidBinding

LASTS = timedelta(minutes=5)
_SALT = "assent.subscriptions.binding"


def token_for(tenant: UUID, subscriptions: Sequence[UUID]) -> tuple[str, datetime]:
    """A token, and until when it binds."""
    value = {"tenant": str(tenant), "ids": [str(one) for one in subscriptions]}
    return signing.dumps(value, salt=_SALT), timezone.now() + LASTS


def bound_by(token: str) -> tuple[UUID, list[UUID]]:
    """The organisation and the subscriptions. Raises InvalidBinding."""
    try:
        value = signing.loads(token, salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        raise InvalidBinding("That token binds no socket (any more). Get a new one.") from None
    return UUID(value["tenant"]), [UUID(one) for one in value["ids"]]
