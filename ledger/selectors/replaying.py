"""Entries with what only a replay may open: the evidence that decisions were made on. It may hold clinical labels."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ledger.bodies import Clear, open_audit, open_inputs
from ledger.entry import decode_body
from ledger.errors import FormatError, SealError, UnknownKey
from ledger.scope import current_tenant
from ledger.selectors.opening import STORED_COLUMNS, Stored, agrees
from ledger.selectors.rows import query
from ledger.vault import keyring

PAGE = f"""
SELECT {STORED_COLUMNS} FROM ledger_entry
WHERE tenant_id = %s AND index >= %s AND index < %s AND type = ANY(%s) ORDER BY index LIMIT %s
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sequenced entry, opened as far as it opens; `inputs` is None also where it has none.

    `erased`: a key that opens it was destroyed. `altered`: columns, leaf and body do not agree.
    """

    id: UUID
    index: int
    time: datetime
    type: str
    subject: str | None
    state: Literal["open", "erased", "altered"]
    audit: dict[str, Any] | None = None
    inputs: dict[str, Any] | None = None


def evidence(*, types: Collection[str], since: int, until: int, limit: int = 1000) -> list[Evidence]:
    """The entries of these types from index `since` up to before `until`, oldest first, in the open scope."""
    tenant = current_tenant()
    rows = [Stored(*row) for row in query(PAGE, [tenant, since, until, list(types), limit])]
    keyring.load([part for row in rows for part in _parts(bytes(row.body))])
    return [_opened(tenant, row) for row in rows]


def _opened(tenant: UUID, row: Stored) -> Evidence:
    clear, body = Clear(tenant, row.id, row.type, row.actor, row.subject), bytes(row.body)
    about = (row.id, row.place, row.time, row.type, row.subject)
    if not agrees(row):
        return Evidence(*about, "altered")
    audit = None
    try:
        audit = open_audit(clear, body)
        return Evidence(*about, "open", audit, open_inputs(clear, body))
    except UnknownKey:
        return Evidence(*about, "erased", audit)
    except (SealError, FormatError):
        return Evidence(*about, "altered")


def _parts(body: bytes) -> list[bytes]:
    try:
        return [part for part in decode_body(body) if part]
    except FormatError:
        return []
