"""Opening rows into entries, for those who may read their audit part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from ledger.bodies import Clear, open_audit
from ledger.entry import decode_body, parse_leaf
from ledger.errors import FormatError, SealError
from ledger.hashing import leaf_hash, sha256
from ledger.scope import current_tenant
from ledger.selectors.rows import query
from ledger.vault import keyring

PENDING: Literal["pending"] = "pending"

CHECKPOINTED = "SELECT COALESCE(max(size), 0) FROM ledger_checkpoint WHERE tenant_id = %s"


@dataclass(frozen=True, slots=True)
class Entry:
    """`time` is that of sequencing, and of submission while it is pending; the event's own is in `audit`.

    `readable` is False, and `audit` empty, where columns, leaf and body do not agree, or where the key that
    opens the body was destroyed.
    """

    id: UUID
    index: int | None
    time: datetime
    type: str
    state: Literal["pending", "sequenced", "checkpointed"]
    actor: str
    subject: str | None
    subject_index: int | None
    leaf_hash: bytes | None
    audit: dict[str, Any]
    readable: bool


class Stored(NamedTuple):
    """A row of `ledger_entry`, in the order of STORED_COLUMNS."""

    id: UUID
    place: int
    type: str
    time: datetime
    actor: str
    subject: str | None
    subject_index: int | None
    leaf: Any
    leaf_hash: Any
    body: Any


STORED_COLUMNS = "submission_id, index, type, time, actor, subject, subject_index, leaf, leaf_hash, body"


class Waiting(NamedTuple):
    """A row of `ledger_submission`, in the order of WAITING_COLUMNS."""

    id: UUID
    type: str
    actor: str
    subject: str | None
    time: datetime
    body: Any


WAITING_COLUMNS = "id, type, actor, subject, time, body"


def open_stored(
    rows: Sequence[Stored], *, published: int | None = None, tenant: UUID | None = None
) -> list[Entry]:
    """`published`: the size of the newest checkpoint, where the caller has asked for it already. `tenant`: whose log it
    is, if not that of the open scope; a scope is then opened only for keys that are not known."""
    _load_keys((row.body for row in rows), tenant)
    tenant = tenant or current_tenant()
    if published is None:
        published = int(query(CHECKPOINTED, [tenant])[0][0])
    entries = []
    for row in rows:
        clear = Clear(tenant, row.id, row.type, row.actor, row.subject)
        audit = _audit(clear, bytes(row.body)) if agrees(row) else None
        entries.append(
            Entry(
                id=row.id, index=row.place, time=row.time, type=row.type,
                state="checkpointed" if row.place < published else "sequenced",
                actor=row.actor, subject=row.subject, subject_index=row.subject_index,
                leaf_hash=bytes(row.leaf_hash), audit=audit or {}, readable=audit is not None,
            )
        )  # fmt: skip
    return entries


def open_waiting(rows: Sequence[Waiting], *, tenant: UUID | None = None) -> list[Entry]:
    """`tenant`: as in `open_stored`."""
    _load_keys((row.body for row in rows), tenant)
    tenant = tenant or current_tenant()
    entries = []
    for row in rows:
        audit = _audit(Clear(tenant, row.id, row.type, row.actor, row.subject), bytes(row.body))
        entries.append(
            Entry(
                id=row.id, index=None, time=row.time, type=row.type, state=PENDING, actor=row.actor,
                subject=row.subject, subject_index=None, leaf_hash=None,
                audit=audit or {}, readable=audit is not None,
            )
        )  # fmt: skip
    return entries


def agrees(row: Stored) -> bool:
    """Whether leaf, hash and body say what the columns say: only the leaf is what was signed."""
    content = bytes(row.leaf)
    try:
        leaf = parse_leaf(content)
    except FormatError:
        return False
    said = (leaf.index, leaf.type, leaf.time, leaf.actor, leaf.subject, leaf.subject_index, leaf.body)
    clear = (
        row.place,
        row.type,
        row.time,
        row.actor,
        row.subject,
        row.subject_index,
        sha256(bytes(row.body)),
    )
    return said == clear and leaf_hash(content) == bytes(row.leaf_hash)


def _audit(clear: Clear, body: bytes) -> dict[str, Any] | None:
    try:
        return open_audit(clear, body)
    except (SealError, FormatError):
        return None


def _load_keys(bodies: Iterable[Any], tenant: UUID | None) -> None:
    """Fetch the keys of a page in one query; a body that is not one is found when it is opened."""
    sealed = []
    for body in bodies:
        try:
            sealed.append(decode_body(bytes(body))[0])
        except FormatError:
            continue
    keyring.load(sealed, tenant=tenant)
