"""The stored tiles, beside the hashes that they must hold."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ledger.audit.finding import Finding
from ledger.audit.snapshot import Snapshot
from ledger.tiles import FULL_WIDTH, split_tile
from ledger.tree import TILE_HEIGHT, HashReader, Node

TILES = "SELECT n, hashes, root FROM ledger_tile WHERE tenant_id = %s AND level = %s AND n >= %s ORDER BY n"
COUNT = "SELECT count(*) FROM ledger_tile WHERE tenant_id = %s"


class StoredTiles:
    """Every full tile of every level is there, holds what it must, and there is no other.

    `start`: the size of the tree from which on the walk goes, and `tree` what it is made of.
    """

    def __init__(self, snapshot: Snapshot, start: int = 0, tree: HashReader | None = None) -> None:
        self._snapshot, self._start, self._tree = snapshot, start, tree
        self._levels: list[_Level] = []

    def take(self, leaves: Sequence[bytes], completed: Sequence[Node]) -> Finding | None:
        """`completed`: the tile roots that these leaf hashes made, in their order (Frontier.extend)."""
        roots, at, lowest = iter(completed), 0, self._level(0)
        while at < len(leaves):
            taken = leaves[at : at + FULL_WIDTH - len(lowest.hashes)]
            lowest.hashes += taken
            at += len(taken)
            finding = self._settle(0, roots)
            if finding:
                return finding
        return None

    def end(self) -> Finding | None:
        while self._start >> (TILE_HEIGHT * (len(self._levels) + 1)):
            self._level(len(self._levels))
        ((stored,),) = self._snapshot.rows(COUNT)
        if stored != sum(level.n for level in self._levels):
            return Finding("tile-added", "There are more full tiles than the log has filled.")
        return None

    def _settle(self, height: int, roots: Iterator[Node]) -> Finding | None:
        """Compare the tile of this level, if it is full; its root is one hash of the level above."""
        level = self._level(height)
        if len(level.hashes) < FULL_WIDTH:
            return None
        root = next(roots).hash
        finding = level.compare(root)
        self._level(height + 1).hashes.append(root)
        return finding or self._settle(height + 1, roots)

    def _begun(self, height: int) -> "_Begun":
        """How many tiles of the level are full where the walk starts, and what the next one holds."""
        hashes = self._start >> (TILE_HEIGHT * height)
        n, width = divmod(hashes, FULL_WIDTH)
        level, first = TILE_HEIGHT * height, n * FULL_WIDTH
        return _Begun(n, [self._tree(level, first + at) for at in range(width)] if self._tree else [])

    def _level(self, height: int) -> "_Level":
        if height == len(self._levels):
            self._levels.append(_Level(self._snapshot, height, self._begun(height)))
        return self._levels[height]


class _Begun(NamedTuple):
    n: int
    hashes: list[bytes]


class _Level:
    """One level of tiles: the hashes of the tile that fills up, and the stored ones in their order."""

    def __init__(self, snapshot: Snapshot, height: int, begun: "_Begun") -> None:
        self.height, self.n, self.hashes = height, begun.n, begun.hashes
        self._stored = snapshot.stream(TILES, height, begun.n)

    def compare(self, root: bytes) -> Finding | None:
        hashes, n = self.hashes, self.n
        self.hashes, self.n = [], n + 1
        stored = next(self._stored, None)
        first = n << (TILE_HEIGHT * (self.height + 1))
        name = f"Tile {n} of level {self.height}"
        if stored is None or stored[0] != n:
            return Finding("tile-missing", f"{name} is not stored.", first)
        if stored[1] != b"".join(hashes):
            return Finding(
                "tile-changed", f"{name} holds another hash.", first + self._changed(stored[1], hashes)
            )
        if stored[2] != root:
            return Finding("tile-changed", f"{name} has another root.", first)
        return None

    def _changed(self, stored: bytes, hashes: Sequence[bytes]) -> int:
        """How many entries after the tile's first the difference starts."""
        if len(stored) != FULL_WIDTH * len(hashes[0]):
            return 0
        pairs = zip(split_tile(stored, FULL_WIDTH), hashes, strict=True)
        place = next(at for at, (left, right) in enumerate(pairs) if left != right)
        return place << (TILE_HEIGHT * self.height)
