"""Making an evidence archive out of a tenant's stored log: one snapshot, one pass, memory flat."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger import pseudonyms
from ledger.audit.snapshot import Snapshot, open_snapshot
from ledger.bodies import audit_reveal
from ledger.checkpoint import read_checkpoint
from ledger.entry import check_pseudonym, parse_leaf
from ledger.errors import NotYetSequenced, SealError, UnknownEntry
from ledger.evidence import archive
from ledger.evidence.archive import Line, Scope
from ledger.evidence.readme import readme
from ledger.evidence.stored_anchors import anchor_members
from ledger.evidence.zipped import Sink, Writer
from ledger.hashing import sha256
from ledger.logs import public_log
from ledger.selectors.completeness import completeness
from ledger.selectors.entries import first_at
from ledger.selectors.opening import STORED_COLUMNS, Entry, Stored, open_stored
from ledger.selectors.proofs import checkpoint_note, covering_note
from ledger.selectors.rows import query
from ledger.signing_keys import known_keys
from ledger.stored_tiles import StoredTree
from ledger.tree import Frontier, consistency_proof, inclusion_proof

LINES = 256
MEMBER_BYTES = 4 * 1024 * 1024

SPAN = f"""SELECT {STORED_COLUMNS} FROM ledger_entry
WHERE tenant_id = %s AND index >= %s AND index < %s ORDER BY index"""  # noqa: S608 - constants
CHAIN = f"""SELECT {STORED_COLUMNS} FROM ledger_entry
WHERE tenant_id = %s AND subject = %s AND subject_index >= %s AND subject_index < %s ORDER BY subject_index"""  # noqa: S608
PLACES = """
SELECT COALESCE(min(subject_index), 0), COALESCE(max(subject_index) + 1, 0) FROM ledger_entry
WHERE tenant_id = %s AND subject = %s AND index >= %s AND index < %s
"""

Disclose = Callable[[Entry], bool]
"""Whether whoever holds the archive may read what this entry says."""

Progress = Callable[[int, int], None]
"""Called with the number of entries done, and of all."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What the archive holds, and the SHA-256 of each of its members."""

    scope: Scope
    entries: int
    complete: bool


def export_evidence(
    out: Sink,
    *,
    tenant: UUID,
    subject: UUID | str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    disclose: Disclose | None = None,
    progress: Progress = lambda done, size: None,
) -> Exported:
    """Write the archive of a span of the log, or of one person's entries in it, to `out`.

    `subject` is a person's id or what the log calls her; `since` is included, `until` excluded, both are times of
    sequencing. Entries beyond the newest checkpoint stay out. Without `disclose` every body stays sealed. Outside any
    transaction. Raises NotYetSequenced without a checkpoint, UnknownEntry for a person whom the log does not know.
    """
    with open_snapshot(tenant) as snapshot:
        return _Export(snapshot, out, disclose, progress).write(subject, since, until)


class _Export:
    def __init__(self, snapshot: Snapshot, out: Sink, disclose: Disclose | None, progress: Progress) -> None:
        self._snapshot, self._disclose, self._progress = snapshot, disclose, progress
        self._public = public_log(snapshot.tenant)
        self._zip, self._hashes = Writer(out), dict[str, str]()
        self._covered = 0

    def write(self, subject: UUID | str | None, since: datetime | None, until: datetime | None) -> Exported:
        first, end, note = _bounds(since, until)
        scope = self._scope(subject, first, end, read_checkpoint(note).size)
        proof = self._completeness(scope)
        text = readme(
            log=scope.log, subject=scope.subject, first=scope.first, end=scope.end, size=scope.size,
            complete=proof is not None, disclosing=self._disclose is not None,
        )  # fmt: skip
        self._add(archive.README, text.encode())
        self._add(archive.SCOPE, scope.encode())
        vkeys = [self._public.vkey, *(key.vkey for key in known_keys(self._snapshot.tenant))]
        self._add(archive.KEYS, archive.encode_keys(scope.log, vkeys, self._public.promise_vkey))
        self._add(archive.CHECKPOINT, note)
        self._entries(scope)
        if proof is not None:
            self._add(archive.COMPLETENESS, proof)
        for name, content in anchor_members(self._snapshot.tenant, scope, self._covered):
            self._add(name, content)
        self._add(archive.MANIFEST, archive.encode_manifest(self._hashes))
        self._zip.close()
        return Exported(scope, scope.end - scope.first, proof is not None)

    def _add(self, name: str, content: bytes) -> None:
        self._zip.add(name, content)
        self._hashes[name] = sha256(content).hex()

    def _scope(self, subject: UUID | str | None, first: int, end: int, size: int) -> Scope:
        tenant, origin = self._snapshot.tenant, self._public.origin
        if subject is not None:
            name = _name(subject)
            ((low, high),) = query(PLACES, [tenant, name, first, end])
            return Scope(origin, name, low, high, size)
        tree = StoredTree(query, tenant, size)
        frontier = Frontier.at(first, tree).to_bytes()
        proof = consistency_proof(old=end, new=size, reader=tree)
        return Scope(origin, None, first, end, size, frontier, tuple(proof))

    def _completeness(self, scope: Scope) -> bytes | None:
        if scope.subject is None:
            return None
        with suppress(NotYetSequenced, UnknownEntry):
            return completeness(pseudonym=scope.subject, size=scope.size).text().encode()
        return None

    def _entries(self, scope: Scope) -> None:
        total, done, number = scope.end - scope.first, 0, 0
        for lines in _pieces(self._lines(scope)):
            self._add(f"{archive.ENTRIES}{number:09}.jsonl", b"".join(lines))
            done, number = done + len(lines), number + 1
            self._progress(done, total)

    def _lines(self, scope: Scope) -> Iterator[bytes]:
        for found in self._rows(scope):
            rows = [Stored(*row) for row in found]
            opened = open_stored(rows) if self._disclose else [None] * len(rows)
            # Tiles are kept for one piece only: those of a long log would not stay small.
            tree = StoredTree(query, self._snapshot.tenant, scope.size)
            for row, entry in zip(rows, opened, strict=True):
                self._covered = row.place + 1
                proof = None
                if scope.subject is not None:
                    proof = tuple(inclusion_proof(index=row.place, size=scope.size, reader=tree))
                yield self._line(row, entry, proof).encode()

    def _rows(self, scope: Scope) -> Iterator[Sequence[tuple[Any, ...]]]:
        if scope.subject is None:
            return self._snapshot.chunks(SPAN, scope.first, scope.end)
        return self._snapshot.chunks(CHAIN, scope.subject, scope.first, scope.end)

    def _line(self, row: Stored, entry: Entry | None, proof: tuple[bytes, ...] | None) -> Line:
        leaf, body, reveal = bytes(row.leaf), bytes(row.body), None
        if entry is not None and self._disclose is not None and entry.readable and self._disclose(entry):
            with suppress(SealError):
                reveal = audit_reveal(self._snapshot.tenant, row.id, parse_leaf(leaf), body)
        return Line(leaf, body, proof, reveal)


def _bounds(since: datetime | None, until: datetime | None) -> tuple[int, int, bytes]:
    """Where the span begins and ends in the log, and the checkpoint to prove it by: one that the log's witnesses
    cosigned, if one of these holds all of it."""
    size = read_checkpoint(checkpoint_note()).size
    first = min(first_at(since), size) if since else 0
    end = max(first, min(first_at(until), size) if until else size)
    return first, end, covering_note(max(end - 1, 0))


def _pieces(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    piece, size = list[bytes](), 0
    for line in lines:
        piece.append(line)
        size += len(line)
        if len(piece) == LINES or size >= MEMBER_BYTES:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _name(subject: UUID | str) -> str:
    """What the log calls the person. Raises UnknownEntry, or FormatError for what is no pseudonym."""
    if isinstance(subject, str):
        check_pseudonym(subject)
        return subject
    name = pseudonyms.find(subject)
    if name is None:
        raise UnknownEntry("The log does not know this person: nothing about her was ever entered.")
    return name
