"""The roots that were signed: published checkpoints, and those kept or brought from outside the database."""

from collections.abc import Iterator, Sequence
from heapq import merge
from typing import NamedTuple

from ledger.audit.finding import Finding
from ledger.audit.keys import KeyHistory
from ledger.audit.snapshot import Snapshot
from ledger.checkpoint import checkpoint_in
from ledger.errors import FormatError, ProofError
from ledger.note import open_note

CHECKPOINTS = """
SELECT size, root, note, (
    SELECT string_agg(line, '' ORDER BY name) FROM ledger_cosignature s
    WHERE s.tenant_id = c.tenant_id AND s.size = c.size)
FROM ledger_checkpoint c WHERE tenant_id = %s AND size > %s ORDER BY size
"""


class Anchor(NamedTuple):
    """The tree had `root` at `size`, says `source`; or the finding that it says nothing believable."""

    size: int
    root: bytes
    source: str
    fault: Finding | None = None


class SignedRoots:
    """All anchors in the order of their sizes; the walk compares the tree with each as it gets there.

    `after`: the size from which on it walks.
    """

    def __init__(
        self, snapshot: Snapshot, keys: KeyHistory, outside: Sequence[Anchor], *, after: int = -1
    ) -> None:
        ordered = sorted(outside, key=_size)
        self._anchors = merge(ordered, _published(snapshot, keys, after), key=_size)
        self._next = next(self._anchors, None)
        self._vouched = 0
        self.checked = 0

    @property
    def next_size(self) -> int | None:
        return self._next.size if self._next else None

    def compare(self, size: int, root: bytes) -> Finding | None:
        """Compare the tree at `size` with every anchor of that size, and pass on to the next."""
        while self._next is not None and self._next.size <= size:
            anchor, self._next = self._next, next(self._anchors, None)
            if anchor.fault:
                return anchor.fault
            if anchor.size != size or anchor.root != root:
                sentence = f"{anchor.source} of {anchor.size} entries has another root than the tree."
                return Finding("root-differs", sentence, self._vouched)
            self._vouched = size
            self.checked += 1
        return None

    def end(self, size: int) -> Finding | None:
        """No anchor may be left that speaks of more entries than there are."""
        if self._next is None:
            return None
        sentence = f"{self._next.source} speaks of {self._next.size} entries; the log ends at {size}."
        return self._next.fault or Finding("entries-missing", sentence, size)


def _published(snapshot: Snapshot, keys: KeyHistory, after: int) -> Iterator[Anchor]:
    for size, root, note, cosignatures in snapshot.stream(CHECKPOINTS, after):
        whole = note + (cosignatures or "").encode()
        yield Anchor(size, root, "The published checkpoint", _fault(size, root, whole, keys))


def _fault(size: int, root: bytes, note: bytes, keys: KeyHistory) -> Finding | None:
    """Signed by the key in force then; what other keys of the log and its witnesses added to it is good too."""
    covers, required = max(size - 1, 0), keys.in_force(size)
    try:
        opened = open_note(note, [*keys.known, *keys.witnesses])
        checkpoint = checkpoint_in(opened)
    except (FormatError, ProofError) as error:
        return Finding("checkpoint-changed", f"The checkpoint of {size} entries: {error}", covers)
    if required not in opened.keys:
        sentence = f"The checkpoint of {size} entries is not signed by the key that was in force."
        return Finding("checkpoint-changed", sentence, covers)
    if (checkpoint.size, checkpoint.root, checkpoint.origin) != (size, root, required.name):
        return Finding("checkpoint-changed", f"The columns beside the note of {size} entries differ.", covers)
    return None


def _size(anchor: Anchor) -> int:
    return anchor.size
