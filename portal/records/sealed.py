"""Sealing records, and opening them only if what stands beside the seal is what was bound into it.

Decisions read clear columns. They are part of the seal's associated data, so that a label, a category, a date or an
author that was changed underneath us keeps the record shut.
"""

from collections.abc import Iterable
from datetime import datetime
from json.encoder import encode_basestring as quoted
from typing import NamedTuple, Protocol
from uuid import UUID

from ledger.entry import format_time
from ledger.errors import LedgerError, UnknownKey
from ledger.hashing import sha256
from ledger.scope import tenant_scope
from ledger.vault import keyring

USE = "record"


class Header(NamedTuple):
    """The clear columns of one version of a record."""

    tenant: UUID
    person: UUID | None
    type: str
    id: str
    version: int
    category: str
    labels: tuple[str, ...]
    date: datetime | None
    until: datetime | None
    author: str
    deleted: bool = False  # this version says that the record is no more; it has no content

    @property
    def owner(self) -> UUID:
        """Whose key seals it: the person's, or the tenant's in the directory."""
        return self.person or self.tenant

    def bound(self) -> bytes:
        """The associated data of the seal: a JCS object (RFC 8785), written out, since a page opens hundreds.

        Its names stand in their order; texts are quoted as JCS quotes them, and there are no fractions.
        """
        labels = ",".join(map(quoted, sorted(self.labels)))
        deleted = '"deleted":true,' if self.deleted else ""
        person = f'"{self.person}"' if self.person else "null"
        text = (
            f'{{"author":{quoted(self.author)},"category":{quoted(self.category)},"date":{_instant(self.date)},'
            f'{deleted}"id":{quoted(self.id)},"kind":"record","labels":[{labels}],"person":{person},'
            f'"tenant":"{self.tenant}","type":{quoted(self.type)},"until":{_instant(self.until)},"v":1,'
            f'"version":{self.version:d}}}'
        )
        return text.encode()


class Stored(NamedTuple):
    """One version of a record as it is stored."""

    header: Header
    sealed: bytes
    content_hash: bytes
    created: datetime


class Sealed(Protocol):
    """What a ledger entry names: a version that is stored, or is about to be."""

    @property
    def header(self) -> Header: ...

    @property
    def content_hash(self) -> bytes: ...


def seal(header: Header, content: bytes) -> bytes:
    """Seal the bytes received, in the tenant's scope."""
    return keyring.seal(header.owner, USE, content, header.bound())


def unseal(stored: Stored) -> bytes | None:
    """The bytes received, or None if anything about them was changed. Its key was loaded before."""
    if sha256(stored.sealed) != stored.content_hash:
        return None
    try:
        return _opened(stored)
    except LedgerError:  # a broken seal, another owner's, or a key that is not there
        return None


def _opened(stored: Stored) -> bytes:
    header = stored.header
    try:
        return keyring.unseal(header.owner, stored.sealed, header.bound(), tenant=header.tenant)
    except UnknownKey:  # others took its place since it was loaded
        with tenant_scope(header.tenant):
            return keyring.unseal(header.owner, stored.sealed, header.bound())


def load_keys(rows: Iterable[Stored], *, tenant: UUID) -> None:
    """Fetch the keys of many records in one query, if one is not known yet."""
    keyring.load([row.sealed for row in rows], tenant=tenant)


def named(header: Header, content_hash: bytes) -> dict[str, object]:
    """How a ledger entry names a version of a record: without content, but with the hash that binds it."""
    return {
        "type": header.type,
        "id": header.id,
        "version": header.version,
        "category": header.category,
        "hash": content_hash.hex(),
    }


def _instant(value: datetime | None) -> str:
    return f'"{format_time(value)}"' if value else "null"
