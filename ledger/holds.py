"""Legal holds: what keeps a person from being erased, such as a lawsuit, until somebody lifts it.

In the scope of one tenant. Each hold, and its end, stands in the person's chain.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

from ledger.errors import FormatError, UnknownHold
from ledger.identity import new_id
from ledger.scope import current_tenant, lock
from ledger.selectors.rows import query
from ledger.services import append

STANDING = """
SELECT id, party, code, placed FROM ledger_hold
WHERE tenant_id = %s AND party = %s AND released IS NULL ORDER BY placed
"""
PLACE = "INSERT INTO ledger_hold (tenant_id, id, party, code, placed) VALUES (%s, %s, %s, %s, %s)"
RELEASE = """
UPDATE ledger_hold SET released = %s WHERE tenant_id = %s AND id = %s AND released IS NULL RETURNING party, code
"""
_CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")


@dataclass(frozen=True, slots=True)
class Hold:
    id: UUID
    party: UUID
    code: str
    placed: datetime


def place_hold(*, subject: UUID, code: str, actor: UUID | None = None) -> Hold:
    """Keep a person from being erased. `code` says why, in a word: litigation."""
    if not _CODE.fullmatch(code):
        raise FormatError(
            "The reason of a hold is a code of small letters, digits and hyphens, like litigation."
        )
    tenant, hold = current_tenant(), Hold(new_id(), subject, code, datetime.now(UTC))
    lock("ledger.keyring", tenant, exclusive=True)  # an erasure that has begun ends first
    append(
        type="hold.placed", actor=actor, subject=subject, audit={"hold": str(hold.id), "reason_code": code}
    )
    with connection.cursor() as cursor:
        cursor.execute(PLACE, [tenant, hold.id, subject, code, hold.placed])
    return hold


def release_hold(*, hold: UUID, actor: UUID | None = None) -> None:
    """Lift it. Raises UnknownHold if it does not stand."""
    rows = query(RELEASE, [datetime.now(UTC), current_tenant(), hold])
    if not rows:
        raise UnknownHold("No such hold stands at this organisation. Nothing was changed.")
    ((party, code),) = rows
    append(type="hold.released", actor=actor, subject=party, audit={"hold": str(hold), "reason_code": code})


def standing_holds(subject: UUID) -> list[Hold]:
    return [Hold(*row) for row in query(STANDING, [current_tenant(), subject])]
