"""From a prepared resource to the sealed version that is stored: the one way in, for imports and for writes."""

import hashlib
from uuid import UUID

from ledger.scope import current_tenant
from portal.records import index, sealed, writing
from portal.records.preparing import Prepared
from portal.records.sealed import Header


def new_version(
    one: Prepared, person: UUID | None, *, row: UUID | None = None, version: int = 1
) -> writing.NewVersion:
    """A version with its seal and its index, in the tenant's scope. `row` is that of the record, if it has one."""
    header = Header(
        tenant=current_tenant(),
        person=person,
        type=one.type,
        id=one.id,
        version=version,
        category=one.category,
        labels=one.labels,
        date=one.span.start if one.span else None,
        until=one.span.end if one.span else None,
        author=one.author,
    )
    indexed = index.indexed(one.resource, tenant=header.tenant, person=person)
    return _sealed(header, one.content, row or writing.new_resource(), indexed)


def last_version(before: Header, row: UUID) -> writing.NewVersion:
    """The version that says that the record is no more: as the one before it was labelled, without content."""
    return _sealed(
        before._replace(version=before.version + 1, deleted=True), b"", row, index.Indexed(set(), set())
    )


def _sealed(header: Header, content: bytes, row: UUID, indexed: index.Indexed) -> writing.NewVersion:
    closed = sealed.seal(header, content)
    return writing.NewVersion(
        resource=row,
        header=header,
        sealed=closed,
        content_hash=hashlib.sha256(closed).digest(),
        fingerprint=index.fingerprint(content, tenant=header.tenant, person=header.person),
        indexed=indexed,
    )
