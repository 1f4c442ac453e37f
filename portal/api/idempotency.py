"""`Idempotency-Key`: the same POST, sent again because its answer was lost, is not done again.

A key is bound to account, organisation acted for, route and body. Kept are the status and the id of what was made; who
sends it again is authorised anew, and shown what that is by now. Nothing that could be read is kept.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.api.errors import BadParameter, KeyInUse, KeyOfAnother
from portal.api.models import Attempt

HEADER = "Idempotency-Key"
LONGEST = 128
KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the first attempt."""

    status: int
    made: UUID | None


def begin(key: str, *, account: UUID, tenant: str, route: str, body: bytes) -> Attempt | Done:
    """An attempt that is the first, or what became of the first one.

    Raises KeyOfAnother where the key came with another body, KeyInUse while the first attempt has no outcome.
    """
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise BadParameter(f"The header {HEADER} has 1 to {LONGEST} printable characters.")
    digest = hashlib.sha256("\0".join((str(account), tenant, route, key)).encode()).digest()
    content = hashlib.sha256(body).digest()
    Attempt.objects.filter(since__lt=timezone.now() - KEPT).delete()
    try:
        with transaction.atomic():
            return Attempt.objects.create(digest=digest, body=content)
    except IntegrityError:
        known = Attempt.objects.filter(digest=digest).first()
    if known is None or known.status is None:
        raise KeyInUse(
            "The first call with this key has no outcome yet. Look whether it was done, or call again."
        )
    if bytes(known.body) != content:
        raise KeyOfAnother("This key came with another body before. Nothing was done. Take a new key.")
    return Done(known.status, known.made)


def end(attempt: Attempt, *, status: int, made: UUID | None) -> None:
    """Keep what became of it. What was refused may be tried again; of a fault of ours the outcome stays unknown."""
    if status < 300:
        Attempt.objects.filter(digest=attempt.digest).update(status=status, made=made)
    elif status < 500 or status == 503:
        Attempt.objects.filter(digest=attempt.digest).delete()
