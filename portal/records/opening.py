"""Opening what was permitted, after the entry of the access has committed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from ledger import services as ledger
from ledger.promise import SignedPromise
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.records import sealed
from portal.records.access import Asked, who
from portal.records.errors import RecordTampered
from portal.records.sealed import Stored

_TAMPERED = (
    "This record is not what was stored: it was changed underneath us and is not shown. "
    "The organisation's ledger says so; tell its privacy officer."
)


class _Version(NamedTuple):
    """The fields of a Record: a page makes hundreds, and a frozen dataclass costs as much as opening one."""

    type: str
    id: str
    version: int
    updated: datetime  # when this version was stored
    category: str
    labels: tuple[str, ...]
    date: datetime | None
    content: bytes


class Record(_Version):
    """One version of a record, open. `content` is the exact bytes that were received."""

    @cached_property
    def resource(self) -> Mapping[str, Any]:
        """The content, parsed."""
        return parsed(self.content)


def parsed(content: bytes) -> Mapping[str, Any]:
    """The resource that stored bytes say; they were read strictly before they were sealed."""
    return json.loads(content)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Opened:
    """What could be opened, and what was found to be changed underneath us."""

    records: list[Record]
    tampered: list[Stored]


def open_rows(tenant: UUID, rows: Sequence[Stored]) -> Opened:
    """Open records outside any access: nothing is entered for it. For the operations of this package only."""
    if not rows:
        return Opened([], [])
    contents = sealed.unseal_all(rows, tenant=tenant)
    records = [
        _record(row, content) for row, content in zip(rows, contents, strict=True) if content is not None
    ]
    tampered = [row for row, content in zip(rows, contents, strict=True) if content is None]
    return Opened(records, tampered)


def release(asked: Asked, rows: Sequence[Stored], promise: SignedPromise) -> Opened:
    """Open what a committed entry permits. What does not open is entered as tampered, the access as failed."""
    try:
        opened = open_rows(asked.tenant, rows)
    except Exception:
        _enter_failure(asked, promise, "error")
        raise
    if opened.tampered:
        _enter_failure(asked, promise, "record-tampered", opened.tampered)
    return opened


def open_directory(caller: Caller, tenant: UUID, rows: Sequence[Stored]) -> list[Record]:
    """Open entries of the organisation's directory. Raises RecordTampered, which is in the ledger then."""
    opened = open_rows(tenant, rows)
    if opened.tampered:
        found = [sealed.named(row.header, row.content_hash) for row in opened.tampered]
        with tenant_scope(tenant):
            audit = {**who(caller), "role": caller.role, "resources": found}
            ledger.append(type="record.tampered", actor=None, subject=None, audit=audit)
        raise RecordTampered(_TAMPERED)
    return opened.records


def release_all(asked: Asked, rows: Sequence[Stored], promise: SignedPromise) -> list[Record]:
    """As `release`, but nothing is shown unless everything opens. Raises RecordTampered."""
    opened = release(asked, rows, promise)
    if opened.tampered:
        raise RecordTampered(_TAMPERED)
    return opened.records


def _record(row: Stored, content: bytes) -> Record:
    header = row.header
    return Record(
        header.type,
        header.id,
        header.version,
        row.created,
        header.category,
        header.labels,
        header.date,
        content,
    )


def _enter_failure(asked: Asked, promise: SignedPromise, code: str, tampered: Sequence[Stored] = ()) -> None:
    access = {"access": str(promise.promise.id), "code": code, "role": asked.role}
    with tenant_scope(asked.tenant):
        if tampered:
            rows = [sealed.named(row.header, row.content_hash) for row in tampered]
            found = {**who(asked.caller), **access, "resources": rows}
            ledger.append(type="record.tampered", actor=None, subject=asked.person, audit=found)
        ledger.append(
            type="access.failed",
            actor=asked.caller.user,
            subject=asked.person,
            audit={**who(asked.caller), **access, "purpose": asked.purpose},
        )
