"""Sealing records, and opening them only if what stands beside the seal is what was bound into it.

Decisions read clear columns. They are part of the seal's associated data, so that a label, a category, a date or an
author that was changed underneath us keeps the record shut.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
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
        author, before, after = _alike(
            self.tenant, self.person, self.type, self.category, self.labels, self.author, self.deleted
        )
        text = (
            f"{author}{_instant(self.date)}{before}{quoted(self.id)}{after}{_instant(self.until)}"
            f',"v":1,"version":{self.version:d}}}'
        )
        return text.encode()


@lru_cache(maxsize=1024)
def _alike(  # noqa: PLR0917 - the columns are the key under which it is kept
    tenant: UUID,
    person: UUID | None,
    type_name: str,
    category: str,
    labels: tuple[str, ...],
    author: str,
    deleted: bool,
) -> tuple[str, str, str]:
    """What is bound around date, id and end: the records of a page have it in common."""
    shown = ",".join(map(quoted, sorted(labels)))
    whose = f'"{person}"' if person else "null"
    return (
        f'{{"author":{quoted(author)},"category":{quoted(category)},"date":',
        ',"deleted":true,"id":' if deleted else ',"id":',
        f',"kind":"record","labels":[{shown}],"person":{whose},"tenant":"{tenant}","type":{quoted(type_name)},"until":',
    )


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


def unseal_all(rows: Sequence[Stored], *, tenant: UUID) -> list[bytes | None]:
    """The bytes received of each of these, or None if anything about it was changed."""
    keys = load_keys(rows, tenant=tenant)
    return [_content(row, keys) for row in rows]


def _content(stored: Stored, keys: keyring.Keys) -> bytes | None:
    if sha256(stored.sealed) != stored.content_hash:
        return None
    try:
        return _opened(stored, keys)
    except LedgerError:  # a broken seal, another owner's, or a key that is not there
        return None


def _opened(stored: Stored, keys: keyring.Keys) -> bytes:
    header = stored.header
    try:
        return keyring.unseal_with(keys, header.owner, stored.sealed, header.bound())
    except UnknownKey:  # one that was fetched together with it is broken
        with tenant_scope(header.tenant):
            return keyring.unseal(header.owner, stored.sealed, header.bound())


def load_keys(rows: Iterable[Stored], *, tenant: UUID) -> keyring.Keys:
    """The keys of many records, in one query if one is not known yet."""
    return keyring.load([row.sealed for row in rows], tenant=tenant)


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
