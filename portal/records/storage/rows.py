"""A record's row joined with the version that it now is, as every statement selects it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from portal.records.sealed import Header, Stored

COLUMNS = (
    "r.person, r.type, r.fhir_id, r.version, r.category, r.labels, r.date, r.until, r.author, "
    "v.sealed, v.content_hash, v.created, r.deleted"
)

CURRENT = """
FROM records_resource r JOIN records_version v
  ON v.tenant_id = r.tenant_id AND v.type = r.type AND v.fhir_id = r.fhir_id AND v.version = r.version
"""


def stored(row: Sequence[Any], tenant: UUID) -> Stored:
    """A row of `COLUMNS`, of this tenant's."""
    (
        person,
        kind,
        fhir_id,
        version,
        category,
        labels,
        date,
        until,
        author,
        sealed,
        digest,
        created,
        deleted,
    ) = row
    clear = (category, tuple(labels), date, until, author, deleted)
    header = Header(tenant, person, kind, fhir_id, version, *clear)
    return Stored(header, bytes(sealed), bytes(digest), created)
