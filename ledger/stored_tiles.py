"""The tiles of a log as the database keeps them: the full ones stored, the partial ones made of what is below.

The hashes of level 0 stand with the entries, and the root of each full tile is one hash of the level above
(C2SP tlog-tiles).
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from ledger.errors import TreeBroken
from ledger.hashing import HASH_BYTES
from ledger.tiles import FULL_WIDTH, Tile, TileReader, encode_bundle

Query = Callable[[str, Sequence[object]], Sequence[tuple[Any, ...]]]
"""Runs a statement with `%s` placeholders and gives all rows."""

FULL_TILE = "SELECT hashes FROM ledger_tile WHERE tenant_id = %s AND level = %s AND n = %s"
ENTRY_HASHES = """
SELECT leaf_hash FROM ledger_entry WHERE tenant_id = %s AND index >= %s AND index < %s ORDER BY index
"""
ENTRIES = "SELECT leaf FROM ledger_entry WHERE tenant_id = %s AND index >= %s AND index < %s ORDER BY index"
TILE_ROOTS = """
SELECT root FROM ledger_tile WHERE tenant_id = %s AND level = %s AND n >= %s AND n < %s ORDER BY n
"""


def stored_tile(query: Query, tenant: UUID, tile: Tile) -> bytes:
    """The hashes of a tile, one after the other. Raises TreeBroken if fewer are stored than it is wide."""
    level, first = tile.level or 0, tile.index * FULL_WIDTH
    rows = query(FULL_TILE, [tenant, level, tile.index])
    if not rows and level == 0:
        rows = query(ENTRY_HASHES, [tenant, first, first + tile.width])
    elif not rows:
        rows = query(TILE_ROOTS, [tenant, level - 1, first, first + tile.width])
    hashes = b"".join(bytes(row[0]) for row in rows)
    if len(hashes) < tile.width * HASH_BYTES:
        raise TreeBroken(f"Tile {tile.index} of level {level} has fewer than {tile.width} hashes stored.")
    return hashes[: tile.width * HASH_BYTES]


def stored_bundle(query: Query, tenant: UUID, bundle: Tile) -> bytes:
    """A bundle of entries. Raises TreeBroken if fewer are stored than it is wide."""
    first = bundle.index * FULL_WIDTH
    rows = query(ENTRIES, [tenant, first, first + bundle.width])
    if len(rows) != bundle.width:
        raise TreeBroken(f"Bundle {bundle.index} has fewer than {bundle.width} entries stored.")
    return encode_bundle([bytes(row[0]) for row in rows])


def stored_tree(query: Query, tenant: UUID, size: int) -> TileReader:
    """A `tree.HashReader` over the first `size` entries."""
    return TileReader(lambda tile: stored_tile(query, tenant, tile), size)
