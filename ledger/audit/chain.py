"""The chain of the log and the chains of its subjects: does each leaf say exactly what must stand there?

From the clear columns, the body's hash and the entries before, only one leaf can follow. It is written anew
and compared byte for byte, which checks everything at once; why it differs is only asked when it does.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from ledger.audit.finding import Finding
from ledger.audit.snapshot import Row
from ledger.batch import NO_HEAD, Head
from ledger.entry import Leaf, encode_leaf, format_time, parse_leaf
from ledger.errors import FormatError
from ledger.hashing import NO_HASH, leaf_hash


class Chain:
    """Walks the log from its first entry. `hashes` are the leaf hashes of the last chunk, as computed here."""

    def __init__(self, log: str) -> None:
        self._log = log
        self.size = 0
        self.last_hash = NO_HASH
        self.last_time: datetime | None = None
        self.heads: dict[str, Head] = {}
        self.hashes: list[bytes] = []

    def take(self, rows: Sequence[Row], digests: Sequence[bytes]) -> Finding | None:
        """The first break among these entries; after one, the walk is over. `digests`: those of the bodies."""
        self.hashes, stored, time, moment = [], None, self.last_time, ""
        for at, (row, body) in enumerate(zip(rows, digests, strict=True)):
            if row.time != stored:  # a batch has one time
                stored, time = row.time, row.time.astimezone(UTC)
                moment = format_time(time)
            length, before = (None, None) if row.subject is None else self.heads.get(row.subject, NO_HEAD)
            expected = encode_leaf(
                log=self._log, index=self.size, time=moment, type=row.type, actor=row.actor,
                subject=row.subject, subject_index=length, subject_prev=before, prev=self.last_hash, body=body,
            )  # fmt: skip
            if row.leaf != expected or row.index != self.size:
                return self._explain(rows, at, body)
            digest = leaf_hash(expected)
            if digest != row.leaf_hash or row.subject_index != length:
                return Finding("entry-changed", "A column beside the leaf was changed.", row.index)
            if self.last_time and time and time < self.last_time:
                return Finding("time-runs-back", "The entry is older than the one before it.", row.index)
            if row.subject is not None and length is not None:
                self.heads[row.subject] = Head(length + 1, digest)
            self.hashes.append(digest)
            self.size, self.last_hash, self.last_time = self.size + 1, digest, time
        return None

    def _leaf(self, row: Row, body: bytes) -> Leaf:
        head = None if row.subject is None else self.heads.get(row.subject, NO_HEAD)
        return Leaf(
            log=self._log,
            index=self.size,
            time=row.time.astimezone(UTC),
            type=row.type,
            actor=row.actor,
            subject=row.subject,
            subject_index=head.length if head else None,
            subject_prev=head.hash if head else None,
            prev=self.last_hash,
            body=body,
        )

    def _explain(self, rows: Sequence[Row], at: int, body: bytes) -> Finding:
        """Say what is wrong with `rows[at]`, which is not the entry that must follow."""
        row, expected = rows[at], self._leaf(rows[at], body)
        if row.index != self.size:
            return Finding("entry-missing", "There is no entry with this index.", self.size)
        try:
            leaf = parse_leaf(row.leaf)
        except FormatError:
            return Finding("entry-changed", "The leaf is not in the form of an entry.", row.index)
        kind, sentence = _own_fault(row, leaf, expected)
        if kind:
            return Finding(kind, sentence, row.index)
        if leaf.prev != expected.prev:
            return self._broken_link(rows, at)
        if (leaf.subject_index, leaf.subject_prev) != (expected.subject_index, expected.subject_prev):
            return Finding("subject-chain-broken", "The chain of the person does not lead here.", row.index)
        return Finding("entry-changed", "The clear columns are not what the leaf says.", row.index)

    def _broken_link(self, rows: Sequence[Row], at: int) -> Finding:
        """This entry or the one before it was changed; the one after it tells which, if there is one."""
        sentence = "The hash that the next entry names is not that of this entry."
        if at + 1 < len(rows) and _names_before(rows[at + 1]) != leaf_hash(rows[at].leaf):
            return Finding("chain-broken", "The hash that this entry names is not that before it.", self.size)
        return Finding("chain-broken", sentence, max(self.size - 1, 0))


def _own_fault(row: Row, leaf: Leaf, expected: Leaf) -> tuple[str, str]:
    """The kind and sentence of what is wrong with the entry itself, whatever stands before it; or nothing."""
    if leaf_hash(row.leaf) != row.leaf_hash:
        return "entry-changed", "The leaf is not the one whose hash is stored."
    if (leaf.index, leaf.log) != (expected.index, expected.log):
        return "entry-moved", "The leaf was made for another place or log."
    if leaf.body != expected.body:
        return "body-changed", "The sealed body is not the one that the leaf names."
    return "", ""


def _names_before(row: Row) -> bytes | None:
    try:
        return parse_leaf(row.leaf).prev
    except FormatError:
        return None
