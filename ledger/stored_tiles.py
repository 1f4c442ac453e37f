"""The tiles of a log as the database keeps them: the full ones stored, the partial ones made of what is below.

The hashes of level 0 stand with the entries, and the root of each full tile is one hash of the level above
(C2SP tlog-tiles).
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from ledger.errors import TreeBroken
from ledger.hashing import HASH_BYTES, NO_HASH
from ledger.tiles import FULL_WIDTH, Tile, TileReader, encode_bundle
from ledger.tree import HashReader

Query = Callable[[str, Sequence[object]], Sequence[tuple[Any, ...]]]
"""Runs a statement with `%s` placeholders and gives all rows."""

Made = TypeVar("Made")

# Any number of tiles, in their order: a row each, and not one without an answer.
TILES = """
SELECT COALESCE(
    (SELECT hashes FROM ledger_tile t WHERE t.tenant_id = w.tenant AND t.level = w.level AND t.n = w.n),
    CASE WHEN w.level = 0 THEN (
        SELECT string_agg(leaf_hash, '' ORDER BY index) FROM ledger_entry e
        WHERE e.tenant_id = w.tenant AND e.index >= w.first AND e.index < w.first + w.width)
    ELSE (
        SELECT string_agg(root, '' ORDER BY n) FROM ledger_tile b
        WHERE b.tenant_id = w.tenant AND b.level = w.level - 1 AND b.n >= w.first AND b.n < w.first + w.width)
    END, '')
FROM (SELECT %s::uuid AS tenant, place, level, n, n * 256 AS first, width
      FROM unnest(%s::smallint[], %s::bigint[], %s::int[]) WITH ORDINALITY AS asked (level, n, width, place)) AS w
ORDER BY place
"""
ENTRIES = "SELECT leaf FROM ledger_entry WHERE tenant_id = %s AND index >= %s AND index < %s ORDER BY index"


def stored_tiles(query: Query, tenant: UUID, tiles: Sequence[Tile]) -> list[bytes]:
    """The hashes of each tile, one after the other. Raises TreeBroken if fewer are stored than it is wide."""
    columns = zip(*((tile.level or 0, tile.index, tile.width) for tile in tiles), strict=True)
    rows = query(TILES, [tenant, *(list(column) for column in columns)])
    return [_cut(tile, bytes(hashes)) for tile, (hashes,) in zip(tiles, rows, strict=True)]


def stored_tile(query: Query, tenant: UUID, tile: Tile) -> bytes:
    return stored_tiles(query, tenant, [tile])[0]


def stored_bundle(query: Query, tenant: UUID, bundle: Tile) -> bytes:
    """A bundle of entries. Raises TreeBroken if fewer are stored than it is wide."""
    first = bundle.index * FULL_WIDTH
    rows = query(ENTRIES, [tenant, first, first + bundle.width])
    if len(rows) != bundle.width:
        raise TreeBroken(f"Bundle {bundle.index} has fewer than {bundle.width} entries stored.")
    return encode_bundle([bytes(row[0]) for row in rows])


class StoredTree(TileReader):
    """A `tree.HashReader` over the first `size` entries."""

    def __init__(self, query: Query, tenant: UUID, size: int) -> None:
        super().__init__(lambda tile: stored_tile(query, tenant, tile), size)
        self._query, self._tenant = query, tenant

    def at_once(self, make: Callable[[HashReader], Made]) -> Made:
        """What `make` makes of the tree, whose tiles come in one query. It is called twice: first to see which."""
        needed: dict[Tile, None] = {}

        def note(level: int, index: int) -> bytes:
            needed[self.place(level, index)[0]] = None
            return NO_HASH

        make(note)
        missing = [tile for tile in needed if tile.width and tile not in self._tiles]
        if missing:
            for tile, content in zip(missing, stored_tiles(self._query, self._tenant, missing), strict=True):
                self.keep(tile, content)
        return make(self)


def _cut(tile: Tile, hashes: bytes) -> bytes:
    if len(hashes) < tile.width * HASH_BYTES:
        raise TreeBroken(
            f"Tile {tile.index} of level {tile.level} has fewer than {tile.width} hashes stored."
        )
    return hashes[: tile.width * HASH_BYTES]
