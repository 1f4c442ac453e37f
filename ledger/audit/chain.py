"""The chain of the log and the chains of its subjects: does each leaf say exactly what must stand there?

From the clear columns, the body's hash and the entries before, only one leaf can follow. It is written anew
and compared byte for byte, which checks everything at once; why it differs is only asked when it does.

A chain may be walked in pieces, side by side. A piece that starts in the middle believes what its first entries say of
those before them, and keeps it as `believed`; `Chain.join` holds that against the end of the piece before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.audit.finding import Finding
from ledger.audit.snapshot import Row
from ledger.batch import NO_HEAD, Head
from ledger.entry import Leaf, encode_leaf, format_time, parse_leaf
from ledger.errors import FormatError
from ledger.hashing import HASH_BYTES, NO_HASH, leaf_hash

SUBJECT_PREV = b'"subject_prev":"'


@dataclass(frozen=True, slots=True)
class Start:
    """What a piece of the chain takes for given: where it starts, and the hash and time of the entry before."""

    size: int = 0
    hash: bytes = NO_HASH
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Belief:
    """What the entry at `index` says of its subject's chain before it; it is the first of that subject here."""

    index: int
    head: Head


class Chain:
    """Walks the log from `start`. `hashes` are the leaf hashes of the rows taken, as computed here."""

    def __init__(self, log: str, start: Start = Start()) -> None:
        self._log = log
        self.start = start
        self.size = start.size
        self.last_hash = start.hash
        self.last_time = start.time
        self.heads: dict[str, Head] = {}
        self.believed: dict[str, Belief] = {}
        self.hashes: list[bytes] = []

    def join(self, piece: "Chain") -> Finding | None:
        """Go on to the end of a piece that starts where this one ends, unless it believed something else."""
        if piece is self:
            return None
        if (piece.start.hash, piece.start.time) != (self.last_hash, self.last_time):
            sentence = "The hash that the next entry names is not that of this entry."
            return Finding("chain-broken", sentence, max(self.size - 1, 0))
        for subject, belief in piece.believed.items():
            if subject not in self.heads and self.start.size:
                self.believed.setdefault(subject, belief)
            elif self.heads.get(subject, NO_HEAD) != belief.head:
                return Finding(
                    "subject-chain-broken", "The chain of the person does not lead here.", belief.index
                )
        self.heads |= piece.heads
        self.size, self.last_hash, self.last_time = piece.size, piece.last_hash, piece.last_time
        return None

    def take(
        self, rows: Sequence[Row], digests: Sequence[bytes], after: Sequence[Row] = ()
    ) -> Finding | None:
        """The first break among these entries; after one, the walk is over. `digests`: those of the bodies.

        `after`: what comes next, as far as it is known; it tells which of two entries that do not fit was changed.
        """
        stored, time, moment, back = None, self.last_time, "", False
        for at, (row, body) in enumerate(zip(rows, digests, strict=True)):
            index, _, kind, written, actor, subject, place, leaf, beside, *_ = row
            if written != stored:  # a batch has one time
                stored, time, before = written, written.astimezone(UTC), time
                moment, back = format_time(time), before is not None and time < before
            length, earlier = (None, None) if subject is None else self.heads.get(subject) or self._head(row)
            expected = encode_leaf(
                log=self._log, index=self.size, time=moment, type=kind, actor=actor, subject=subject,
                subject_index=length, subject_prev=earlier, prev=self.last_hash, body=body,
            )  # fmt: skip
            if leaf != expected or index != self.size:
                return self._explain([*rows[at:], *after], body)
            digest = leaf_hash(expected)
            if digest != beside or place != length:
                return Finding("entry-changed", "A column beside the leaf was changed.", index)
            if back:
                return Finding("time-runs-back", "The entry is older than the one before it.", index)
            if subject is not None and length is not None:
                self.heads[subject] = Head(length + 1, digest)
            self.hashes.append(digest)
            self.size, self.last_hash, self.last_time = self.size + 1, digest, time
        return None

    def _head(self, row: Row) -> Head:
        """The end of the chain of the row's subject, of which no entry was taken yet."""
        return self._believe(row.subject, row) if self.start.size and row.subject else NO_HEAD

    def _believe(self, subject: str, row: Row) -> Head:
        """Cut out of the leaf, which is compared as a whole with the one that is written of it."""
        if subject not in self.believed:
            at = row.leaf.find(SUBJECT_PREV) + len(SUBJECT_PREV)
            try:
                before = bytes.fromhex(row.leaf[at : at + 2 * HASH_BYTES].decode("ascii"))
            except ValueError:
                before = NO_HASH
            self.believed[subject] = Belief(row.index, Head(row.subject_index or 0, before))
        return self.believed[subject].head

    def _leaf(self, row: Row, body: bytes) -> Leaf:
        head = None if row.subject is None else self.heads.get(row.subject) or self._head(row)
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

    def _explain(self, rows: Sequence[Row], body: bytes) -> Finding:
        """Say what is wrong with the first of `rows`, which is not the entry that must follow."""
        row, expected = rows[0], self._leaf(rows[0], body)
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
            return self._broken_link(rows)
        if (leaf.subject_index, leaf.subject_prev) != (expected.subject_index, expected.subject_prev):
            return Finding("subject-chain-broken", "The chain of the person does not lead here.", row.index)
        return Finding("entry-changed", "The clear columns are not what the leaf says.", row.index)

    def _broken_link(self, rows: Sequence[Row]) -> Finding:
        """This entry or the one before it was changed; the one after it tells which, if there is one."""
        sentence = "The hash that the next entry names is not that of this entry."
        if rows[1:] and _names_before(rows[1]) != leaf_hash(rows[0].leaf):
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
