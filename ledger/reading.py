"""Reading a whole log from outside, c2sp.org/tlog-tiles: its checkpoint, every tile and, if it lets us, every entry.

`fetch` gives the bytes below the log's address; nothing of what it gives is believed before it fits the checkpoint.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.checkpoint import Checkpoint
from ledger.entry import parse_leaf
from ledger.errors import AnotherLog, ProofError
from ledger.hashing import NO_HASH, leaf_hash
from ledger.tiles import FULL_WIDTH, Tile, decode_bundle, split_tile, tile_width
from ledger.tree import TILE_HEIGHT, Frontier, root
from ledger.trust import Level, Policy, Trusted, open_trusted

Fetch = Callable[[str], bytes]
"""The bytes at a path below the log's address. Raises ProofError if the log says that there is nothing."""

Progress = Callable[[int, int], None]
"""Called with the number of entries read, and of all."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found of a log that was read from its first tile to its last. `entries`: their contents too."""

    trusted: Trusted
    entries: bool
    earlier: tuple[int, ...]

    @property
    def sentence(self) -> str:
        size, origin = self.trusted.checkpoint.size, self.trusted.checkpoint.origin
        if self.trusted.level is Level.INTERNAL:
            return (
                f"The tiles of {origin} agree with its checkpoint, but no key of the log was given to trust."
            )
        if self.trusted.lacking:
            return (
                f"The tiles of {origin} lead to its checkpoint of {size} entries, but {self.trusted.lacking}."
            )
        what = "Every entry and every tile" if self.entries else "Every tile"
        kept = (
            f" It contains what you kept: {', '.join(map(str, self.earlier))} entries."
            if self.earlier
            else ""
        )
        return f"{what} of {origin} leads to the checkpoint of {size} entries.{kept}"


def read_log(
    fetch: Fetch,
    policy: Policy,
    *,
    entries: bool,
    earlier: Sequence[bytes] = (),
    progress: Progress = lambda done, size: None,
) -> Reading:
    """Recompute the tree from all that the log serves. `earlier`: checkpoints that were kept of it before.

    Raises ProofError or FormatError at the first thing that does not fit, AnotherLog before anything was read.
    """
    trusted = open_trusted(fetch("checkpoint"), policy)
    kept = [open_trusted(note, policy).checkpoint for note in earlier]
    head = trusted.checkpoint
    for each in kept:
        if each.origin != head.origin:
            raise AnotherLog(
                f"A checkpoint that was kept is of another log, {each.origin}. Nothing was verified."
            )
    walk = _Walk(fetch, head, kept, progress)
    walk.leaves(_Entries(head.origin) if entries else None)
    walk.upper_levels()
    return Reading(trusted, entries, tuple(sorted(each.size for each in kept)))


class _Walk:
    """Level by level. Invariant: `_above` holds the roots of the full tiles of the level that was read last."""

    def __init__(
        self, fetch: Fetch, head: Checkpoint, kept: Sequence[Checkpoint], progress: Progress
    ) -> None:
        self._fetch, self._head, self._progress = fetch, head, progress
        self._kept = sorted(kept, key=lambda each: each.size)
        self._frontier = Frontier()
        self._above: list[bytes] = []

    def leaves(self, entries: "_Entries | None") -> None:
        size = self._head.size
        self._compare_kept()
        for index in range((size + FULL_WIDTH - 1) // FULL_WIDTH):
            width = tile_width(0, index, size)
            hashes = self._tile(0, index, width)
            if entries:
                bundle = self._fetch(Tile(None, index, width).path())
                entries.take(decode_bundle(bundle, width), hashes)
            self._grow(hashes)
            self._progress(self._frontier.size, size)
        if self._frontier.root() != self._head.root:
            raise ProofError("The tiles do not lead to the root that the checkpoint names.")
        if self._kept:
            kept = self._kept[0].size
            raise ProofError(f"The log shrank: a checkpoint of {kept} entries was kept, and {size} are left.")

    def upper_levels(self) -> None:
        """Each hash above is the root of the full tile below; what is partial below is never hashed upward."""
        level, expected = 1, self._above
        while expected:
            above = []
            for at in range(0, len(expected), FULL_WIDTH):
                hashes = expected[at : at + FULL_WIDTH]
                if self._tile(level, at // FULL_WIDTH, len(hashes)) != hashes:
                    raise ProofError(
                        f"Tile {at // FULL_WIDTH} of level {level} is not made of the tiles below it."
                    )
                if len(hashes) == FULL_WIDTH:
                    above.append(root(hashes))
            level, expected = level + 1, above

    def _tile(self, level: int, index: int, width: int) -> list[bytes]:
        try:
            return split_tile(self._fetch(Tile(level, index, width).path()), width)
        except ProofError as gone:
            if width == FULL_WIDTH:
                raise
            return self._cut(Tile(level, index), width, gone)

    def _cut(self, full: Tile, width: int, gone: ProofError) -> list[bytes]:
        """A log that has grown meanwhile may serve only the full tile of which this was a part."""
        try:
            content = self._fetch(full.path())
        except ProofError:
            raise gone from None
        return split_tile(content, FULL_WIDTH)[:width]

    def _grow(self, hashes: Sequence[bytes]) -> None:
        """Add leaf hashes, stopping at each size of which a checkpoint was kept."""
        at = 0
        while at < len(hashes):
            stop = self._kept[0].size - self._frontier.size if self._kept else len(hashes)
            piece = hashes[at : at + stop]
            self._above += [node.hash for node in self._frontier.extend(piece) if node.level == TILE_HEIGHT]
            at += len(piece)
            self._compare_kept()

    def _compare_kept(self) -> None:
        while self._kept and self._kept[0].size == self._frontier.size:
            kept = self._kept.pop(0)
            if kept.root != self._frontier.root():
                raise ProofError(f"The log was rewritten: it had another root at {kept.size} entries.")


class _Entries:
    """The chain of the log and the chains of its subjects."""

    def __init__(self, origin: str) -> None:
        self._origin, self._size, self._last = origin, 0, NO_HASH
        self._time: datetime | None = None
        self._subjects: dict[str, tuple[int, bytes]] = {}

    def take(self, leaves: Sequence[bytes], hashes: Sequence[bytes]) -> None:
        for content, expected in zip(leaves, hashes, strict=True):
            digest = leaf_hash(content)
            if digest != expected:
                raise ProofError(f"Entry {self._size} is not the one whose hash stands in the tree.")
            self._link(content, digest)

    def _link(self, content: bytes, digest: bytes) -> None:
        leaf = parse_leaf(content)
        if (leaf.log, leaf.index, leaf.prev) != (self._origin, self._size, self._last):
            raise ProofError(f"Entry {self._size} does not name its log, its place and the entry before it.")
        if self._time and leaf.time < self._time:
            raise ProofError(f"Entry {self._size} is older than the one before it.")
        if leaf.subject is not None:
            count, last = self._subjects.get(leaf.subject, (0, NO_HASH))
            if (leaf.subject_index, leaf.subject_prev) != (count, last):
                raise ProofError(
                    f"The chain of the person whom entry {self._size} concerns does not lead there."
                )
            self._subjects[leaf.subject] = (count + 1, digest)
        self._size, self._last, self._time = self._size + 1, digest, leaf.time
