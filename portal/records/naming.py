"""Naming a record without opening it."""

from uuid import UUID

from portal.records import sealed, storage


def named_record(person: UUID, record_type: str, record_id: str) -> dict[str, object] | None:
    """How an entry names the current version of this person's record, in the tenant's scope; None if there is none."""
    found = storage.read(record_type, record_id)
    if found is None:
        return None
    row, deleted = found
    if deleted or row.header.person != person:
        return None
    return sealed.named(row.header, row.content_hash)
