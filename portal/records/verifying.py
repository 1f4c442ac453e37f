"""What `verify_ledger` also checks: that the records which are stored are those that the ledger's entries name.

Every version is named by exactly one entry, with the hash of its sealed bytes; its seal opens with the clear columns
that stand beside it; what a record now is, is its latest version; and the search index is what its content says.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from ledger import selectors as ledger
from ledger.audit.finding import Finding
from ledger.errors import UnknownEntry
from ledger.hashing import sha256
from ledger.selectors import Entry
from portal.records import index, sealed, storage
from portal.records.opening import parsed
from portal.records.sealed import Stored

DELETED = "record.deleted"
WRITES = ("record.imported", "record.created", "record.updated", DELETED)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STORED = 13  # columns of VERSIONS that `storage.stored` reads
PAGE = 20  # entries, each with up to a chunk of versions

VERSIONS = """
SELECT v.person, v.type, v.fhir_id, v.version, v.category, v.labels, v.date, v.until, v.author, v.sealed,
  v.content_hash, v.created, v.deleted, v.entry, v.fingerprint, r.id,
  (SELECT array_agg(t.digest) FROM records_token t WHERE t.tenant_id = r.tenant_id AND t.resource = r.id),
  (SELECT jsonb_agg(jsonb_build_array(s.parameter, (extract(epoch FROM s.start) * 1000000)::bigint,
      (extract(epoch FROM s.until) * 1000000)::bigint)) FROM records_span s
    WHERE s.tenant_id = r.tenant_id AND s.resource = r.id)
FROM records_version v LEFT JOIN records_resource r
  ON r.tenant_id = v.tenant_id AND r.type = v.type AND r.fhir_id = v.fhir_id AND r.version = v.version
WHERE v.tenant_id = %s AND v.entry = ANY(%s)
"""
NAMED_BY = "SELECT DISTINCT entry FROM records_version WHERE tenant_id = %s"
# What a record now is, against its latest version; and versions of nothing.
NOT_CURRENT = """
SELECT coalesce(r.type, v.type), coalesce(r.fhir_id, v.fhir_id)
FROM (SELECT * FROM records_resource WHERE tenant_id = %s) r
FULL JOIN (SELECT DISTINCT ON (type, fhir_id) * FROM records_version WHERE tenant_id = %s
           ORDER BY type, fhir_id, version DESC) v
  ON v.type = r.type AND v.fhir_id = r.fhir_id
WHERE (r.version, r.person, r.category, r.labels, r.date, r.until, r.author, r.deleted)
  IS DISTINCT FROM (v.version, v.person, v.category, v.labels, v.date, v.until, v.author, v.deleted)
ORDER BY 1, 2 LIMIT 1
"""
STRAY_INDEX = """
SELECT t.resource FROM records_token t LEFT JOIN records_resource r ON r.tenant_id = t.tenant_id AND r.id = t.resource
WHERE t.tenant_id = %s AND r.id IS NULL LIMIT 1
"""


class _Row(NamedTuple):
    """A version as it is stored; `tokens` and `spans` are None unless it is what the record now is."""

    stored: Stored
    content: bytes | None  # None: its seal does not open
    entry: UUID
    fingerprint: bytes
    tokens: frozenset[bytes] | None
    spans: frozenset[tuple[str, int, int]] | None

    @property
    def place(self) -> tuple[str, str, int]:
        header = self.stored.header
        return header.type, header.id, header.version


def verify_records(tenant: UUID) -> Iterator[Finding]:
    """Every way in which the tenant's records are not what its ledger says, in the tenant's scope."""
    seen: set[UUID] = set()
    for entries in _entries():
        yield from _compare(tenant, entries)
        seen.update(entry.id for entry in entries)
    for waiting in storage.fetch(NAMED_BY, [tenant]):
        if waiting[0] not in seen:
            yield from _of_unsequenced(tenant, waiting[0])
    for kind, key in storage.fetch(NOT_CURRENT, [tenant, tenant]):
        yield Finding("record-not-current", f"{kind}/{key} is not what its latest version says.")
    for _ in storage.fetch(STRAY_INDEX, [tenant]):
        yield Finding("record-index-changed", "The search index leads to a record that is not there.")


def _entries() -> Iterator[list[Entry]]:
    """The entries that name versions, newest first, page by page."""
    before: int | None = None
    while entries := ledger.search_entries(types=WRITES, before_index=before, limit=PAGE):
        yield entries
        before = entries[-1].index


def _of_unsequenced(tenant: UUID, submission: UUID) -> Iterable[Finding]:
    """Versions whose entry has no index yet, or is not there at all."""
    try:
        entry = ledger.entry(submission)
    except UnknownEntry:
        return [
            Finding(
                "record-without-entry", f"A version names entry {submission}, which the log does not have."
            )
        ]
    return _compare(tenant, [entry])


def _compare(tenant: UUID, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Both ways: each version that an entry names is there, and no other one."""
    found = storage.fetch(VERSIONS, [tenant, [entry.id for entry in entries]])
    versions = [storage.stored(row[:STORED], tenant) for row in found]
    contents = sealed.unseal_all(versions, tenant=tenant)
    rows = [_row(*one) for one in zip(versions, contents, found, strict=True)]
    by_entry: dict[UUID, dict[tuple[str, str, int], _Row]] = {}
    for row in rows:
        by_entry.setdefault(row.entry, {})[row.place] = row
    for entry in entries:
        if entry.readable:  # else the ledger's own checks say so, or the person was erased
            yield from _compare_entry(tenant, entry, by_entry.get(entry.id, {}))


def _compare_entry(tenant: UUID, entry: Entry, rows: dict[tuple[str, str, int], _Row]) -> Iterator[Finding]:
    listed = entry.audit.get("resources", []) if entry.type in WRITES else []
    for named in listed:
        row = rows.pop((named["type"], named["id"], named["version"]), None)
        place = f"{named['type']}/{named['id']} version {named['version']}"
        if row is None:
            yield Finding("record-missing", f"{place} is named by the ledger and not stored.", entry.index)
        elif fault := _fault_of(tenant, row, named, deleted=entry.type == DELETED):
            yield Finding(fault, f"{place} is not what the ledger says was stored.", entry.index)
    for kind, key, version in rows:
        yield Finding("record-unlisted", f"{kind}/{key} version {version} is not in its entry.", entry.index)


def _fault_of(tenant: UUID, row: _Row, named: dict[str, Any], *, deleted: bool) -> str:
    """What is wrong with a version, or ""."""
    header = row.stored.header
    if sha256(row.stored.sealed).hex() != named["hash"] or row.stored.content_hash.hex() != named["hash"]:
        return "record-changed"
    content = row.content
    if content is None or header.category != named["category"] or header.deleted != deleted:
        return "record-columns-changed"
    if index.fingerprint(content, tenant=tenant, person=header.person) != row.fingerprint:
        return "record-fingerprint-changed"
    if row.tokens is None or row.spans is None:
        return ""
    nothing = index.Indexed(set(), set())
    expected = (
        nothing if header.deleted else index.indexed(parsed(content), tenant=tenant, person=header.person)
    )
    spans = {(name, _microseconds(span.start), _microseconds(span.end)) for name, span in expected.spans}
    return "" if expected.tokens == row.tokens and spans == row.spans else "record-index-changed"


def _microseconds(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)


def _row(stored: Stored, content: bytes | None, row: Sequence[Any]) -> _Row:
    entry, fingerprint, resource, tokens, spans = row[STORED:]
    hashes = frozenset(map(bytes, tokens or ())) if resource else None
    times = frozenset(map(tuple, spans or ())) if resource else None
    return _Row(stored, content, entry, bytes(fingerprint), hashes, times)
