"""Identical denials within a short while: one entry at once, and one that says how often it came again.

Each call is decided anew; what repeats is only the telling. The first denial is entered before it is answered, as ever.
One that is the same in all that an entry says is answered with the entry that stands already, and counted in the
transaction that decided it, so that no count is lost with a process. A denial shows nothing, so that nothing is shown
without an entry.
"""

import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from ledger import selectors as ledger
from ledger import services
from ledger.errors import SubjectErased, UnknownEntry
from ledger.promise import SignedPromise
from ledger.scope import current_tenant, tenant_scope
from ledger.vault import keyring

AGAIN = """
UPDATE records_denial SET repeats = repeats + 1, last = clock_timestamp()
WHERE tenant_id = %s AND digest = %s AND first > clock_timestamp() - %s::interval RETURNING entry, promised, first
"""
BEGIN = """
INSERT INTO records_denial (tenant_id, digest, person, entry, promised, first, last, repeats)
VALUES (%s, %s, %s, %s, %s, %s, %s, 0)
ON CONFLICT (tenant_id, digest) DO UPDATE SET entry = excluded.entry, promised = excluded.promised,
  first = excluded.first, last = excluded.last, repeats = 0
"""
# Whoever closes one takes its row; a repetition that comes meanwhile waits, finds none and is a first one again.
CLOSE = """
DELETE FROM records_denial WHERE tenant_id = %s AND digest IN (
  SELECT digest FROM records_denial WHERE tenant_id = %s AND {which} LIMIT 500 FOR UPDATE SKIP LOCKED)
RETURNING person, entry, first, last, repeats
"""


class Repeated(NamedTuple):
    """How often a denial came again after the one that its entry tells of."""

    person: UUID
    entry: UUID
    first: datetime
    last: datetime
    repeats: int


def entered_before(digest: bytes) -> SignedPromise | None:
    """The promise of the same denial, if it was entered a short while ago; it is counted then."""
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, [current_tenant(), digest, str(_window())])
        row = cursor.fetchone()
    return services.promised_before(row[0], digest=bytes(row[1]), time=row[2]) if row else None


def begin(digest: bytes, person: UUID, signed: SignedPromise) -> None:
    """Note a denial that was entered just now."""
    if not settings.ASSENT_DENIALS_WINDOW:
        return
    _close("digest = %s", digest)
    promise = signed.promise
    with connection.cursor() as cursor:
        noted: list[Any] = [
            current_tenant(),
            digest,
            person,
            promise.id,
            promise.digest,
            promise.time,
            promise.time,
        ]
        cursor.execute(BEGIN, noted)


def digest_of(audit: Mapping[str, object], person: UUID) -> bytes:
    """What is the same for identical denials: all that their entries say, but for the number of the call."""
    said = {**audit, "request": None, "person": str(person)}
    text = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    return hmac.digest(keyring.mac_key(current_tenant(), "denial"), text, "sha256")


def enter_repeated(tenant: UUID) -> int:
    """Enter how often the denials came again whose while is over; returns how many entries that made."""
    with tenant_scope(tenant):
        return _close("first <= clock_timestamp() - %s::interval", str(_window()))


def _close(which: str, value: Any) -> int:
    tenant = current_tenant()
    with connection.cursor() as cursor:
        cursor.execute(CLOSE.format(which=which), [tenant, tenant, value])
        rows = [Repeated(*row) for row in cursor.fetchall()]
    return sum(_enter(row) for row in rows if row.repeats)


def _enter(row: Repeated) -> bool:
    """The entry of a count says all that the first one says. Of somebody who was erased none is made."""
    try:
        audit = dict(ledger.entry(row.entry).audit)
        actor = UUID(audit["who"]["id"])
        again = {
            "repeats": str(row.entry),
            "count": row.repeats,
            "since": row.first.isoformat(),
            "until": row.last.isoformat(),
            "sentence": f"{row.repeats} more times until {row.last:%H:%M:%S} UTC: {audit.get('sentence', '')}",
        }
        audit.pop("time", None)
        services.append(type="access.repeated", actor=actor, subject=row.person, audit={**audit, **again})
    except (KeyError, SubjectErased, UnknownEntry):
        return False
    return True


def _window() -> timedelta:
    return timedelta(seconds=settings.ASSENT_DENIALS_WINDOW)
