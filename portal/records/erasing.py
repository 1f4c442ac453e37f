"""What goes of a person's records when she is erased: everything. Their keys alone would leave their clear columns."""

from ledger.registry import Erasing

# Keys and times of the search index lead to no person but by the record that they are of.
INDEX = """
DELETE FROM {} AS i USING records_resource r
WHERE r.tenant_id = %s AND r.person = %s AND i.tenant_id = r.tenant_id AND i.resource = r.id
"""
# Content beside a record names nobody: it begins with a byte and the id of the key that it is sealed under.
CHUNKS = "DELETE FROM records_chunk WHERE tenant_id = %s AND substring(sealed FROM 2 FOR 16) = ANY(%s)"


def erase_records(erasing: Erasing) -> None:
    """Every version, what is looked up by, content beside them, exports and counted denials."""
    tenant, person = erasing.tenant, erasing.person
    for table in ("records_token", "records_span"):
        erasing.cursor.execute(INDEX.format(table), [tenant, person])
    erasing.cursor.execute(CHUNKS, [tenant, [key.bytes for key in erasing.keys]])
    erasing.delete("records_version", "records_resource", "records_exportpart", "records_denial")
