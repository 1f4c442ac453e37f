"""Large content beside a record: sealed piece by piece, so that it is never whole in memory.

Each piece is sealed under the person's key with its number and whether it is the last one (in the associated data), so
that none can be exchanged, moved, left out at the end or added. The record itself names size and digest, and so the
ledger entry that names the record binds the content.
"""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple
from uuid import UUID

from django.db import connection

from ledger.errors import LedgerError
from ledger.identity import new_id
from ledger.scope import current_tenant, tenant_scope
from ledger.vault import keyring
from portal.records.errors import ContentTooLarge, RecordTampered, UnsupportedContent
from portal.records.sealed import USE

# Where a Binary says what stands beside it. It has no extensions of its own, and its meta is the server's.
CONTENT = "https://assent.example/fhir/StructureDefinition/sealed-content"
CHUNK = 768 * 1024  # a multiple of 3, so that base64 of the pieces is base64 of the whole
MAX_CONTENT = 256 * 1024 * 1024
_ADD = "INSERT INTO records_chunk (tenant_id, key, index, sealed) VALUES (%s, %s, %s, %s)"
_READ = "SELECT sealed FROM records_chunk WHERE tenant_id = %s AND key = %s AND index = %s"
# What the first bytes of a type are. Whoever opens a file trusts its type, so that it has to be what it says.
_BEGINS: dict[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/tiff": (b"II*\x00", b"MM\x00*"),
    "application/xml": (b"<",),
    "text/xml": (b"<",),
    "text/plain": (),
    "text/csv": (),
}


class Content(NamedTuple):
    """What a record says of content beside it."""

    key: UUID
    size: int
    digest: str  # SHA-256, hex

    @property
    def last(self) -> int:
        return (self.size - 1) // CHUNK


def measure(content: BinaryIO, media_type: str) -> Content:
    """Size and digest of content that is about to be stored; read through once and rewound.

    Raises UnsupportedContent for a type that is not taken or that it is not, ContentTooLarge.
    """
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while piece := content.read(CHUNK):
        if not size:
            _check_type(piece, media_type)
        size += len(piece)
        if size > MAX_CONTENT:
            raise ContentTooLarge(f"The content is larger than {MAX_CONTENT // 1024 // 1024} MiB.")
        digest.update(piece)
    if not size:
        raise UnsupportedContent("There is no content. Nothing was stored.")
    content.seek(0)
    return Content(new_id(), size, digest.hexdigest())


def store(found: Content, person: UUID, content: BinaryIO) -> None:
    """Seal and store the pieces, in the tenant's scope and the transaction of the record that names them."""
    tenant, digest = current_tenant(), hashlib.sha256()
    content.seek(0)
    with connection.cursor() as cursor:
        for index in range(found.last + 1):
            piece = content.read(CHUNK)
            digest.update(piece)
            sealed = keyring.seal(person, USE, piece, _bound(tenant, person, found, index))
            cursor.execute(_ADD, [tenant, found.key, index, sealed])
    if digest.hexdigest() != found.digest:
        raise UnsupportedContent("The content changed while it was read. Nothing was stored.")


def pieces(found: Content, *, tenant: UUID, person: UUID) -> Iterator[bytes]:
    """The pieces in order, each in a scope of its own. Raises RecordTampered for what is not what was stored."""
    digest = hashlib.sha256()
    for index in range(found.last + 1):
        piece = _open(found, index, tenant=tenant, person=person)
        digest.update(piece)
        if index == found.last and digest.hexdigest() != found.digest:
            raise RecordTampered(_TAMPERED)
        yield piece


_TAMPERED = "The content of this document is not what was stored. It is not shown."


def _open(found: Content, index: int, *, tenant: UUID, person: UUID) -> bytes:
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(_READ, [tenant, found.key, index])
        row = cursor.fetchone()
        if row is None:
            raise RecordTampered(_TAMPERED)
        try:
            return keyring.unseal(person, bytes(row[0]), _bound(tenant, person, found, index))
        except LedgerError:  # a broken seal, or another piece's
            raise RecordTampered(_TAMPERED) from None


def _bound(tenant: UUID, person: UUID, found: Content, index: int) -> dict[str, object]:
    return {
        "v": 1,
        "kind": "chunk",
        "tenant": str(tenant),
        "person": str(person),
        "key": str(found.key),
        "index": index,
        "last": index == found.last,
    }


def _check_type(first: bytes, media_type: str) -> None:
    begins = _BEGINS.get(media_type)
    if begins is None:
        known = ", ".join(sorted(_BEGINS))
        raise UnsupportedContent(f"Content of that type is not taken. Send one of: {known}.")
    start = first.removeprefix(b"\xef\xbb\xbf").lstrip() if "xml" in media_type else first
    if begins and not start.startswith(begins):
        raise UnsupportedContent("The content is not of the type that it is said to be. Nothing was stored.")
    if not begins and (b"\x00" in first or not _is_text(first)):
        raise UnsupportedContent("The content is not text in UTF-8. Nothing was stored.")


def _is_text(first: bytes) -> bool:
    """Whether it is UTF-8; the last character of the piece may be cut off."""
    try:
        first.decode()
    except UnicodeDecodeError as error:
        return len(first) == CHUNK and error.start >= len(first) - 3
    return True
