"""Tiles, c2sp.org/tlog-tiles: the tree in pieces of 256 hashes, and the entries in bundles beside them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.entry import MAX_LEAF_BYTES
from ledger.errors import FormatError
from ledger.hashing import HASH_BYTES
from ledger.tree import TILE_HEIGHT, complete_root

FULL_WIDTH = 1 << TILE_HEIGHT
_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """The `index`-th tile of a level, or, at level None, the `index`-th bundle of entries.

    `width` counts its hashes or entries: 256 when it is full, 1 to 255 when it is partial.
    """

    level: int | None
    index: int
    width: int = FULL_WIDTH

    def path(self) -> str:
        """`tile/<L>/<N>[.p/<W>]`; 1234067 is written x001/x234/067."""
        groups = f"{self.index:,}".split(",")
        *upper, last = (group.zfill(3) for group in groups)
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == FULL_WIDTH else f".p/{self.width}"
        return "/".join(["tile", level, *(f"x{group}" for group in upper), last]) + partial


def parse_tile_path(path: str) -> Tile:
    match = _PATH.fullmatch(path)
    if not match:
        raise FormatError("The path of a tile reads tile/<level>/<index>[.p/<width>].")
    tile = Tile(
        level=None if match["level"] == "entries" else int(match["level"]),
        index=int(match["index"].replace("/", "").replace("x", "")),
        width=int(match["width"] or FULL_WIDTH),
    )
    if tile.path() != path or tile.width > FULL_WIDTH:
        raise FormatError("The path of the tile is not in its canonical form.")
    return tile


def tile_width(level: int | None, index: int, size: int) -> int:
    """How many hashes (or entries) this tile holds in a tree of `size`: 0, where there is none, to 256."""
    in_level = size >> (TILE_HEIGHT * (level or 0))
    return max(0, min(FULL_WIDTH, in_level - index * FULL_WIDTH))


def split_tile(content: bytes, width: int) -> list[bytes]:
    """The hashes of a tile."""
    if len(content) != width * HASH_BYTES:
        raise FormatError(f"A tile of {width} hashes has {width * HASH_BYTES} bytes, not {len(content)}.")
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Each leaf behind its length as a big-endian uint16."""
    if not 1 <= len(entries) <= FULL_WIDTH or any(len(entry) > MAX_LEAF_BYTES for entry in entries):
        raise FormatError(f"A bundle has 1 to {FULL_WIDTH} entries of at most {MAX_LEAF_BYTES} bytes.")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(content: bytes, width: int) -> list[bytes]:
    """The leaves of a bundle that must hold `width` of them and nothing else."""
    entries, at = [], 0
    while at < len(content):
        end = at + 2 + int.from_bytes(content[at : at + 2], "big")
        if end > len(content):
            raise FormatError("The bundle of entries is cut short.")
        entries.append(content[at + 2 : end])
        at = end
    if len(entries) != width:
        raise FormatError(f"The bundle has {len(entries)} entries instead of {width}.")
    return entries


class TileReader:
    """A `tree.HashReader` over the tiles of a tree of `size`. Each tile is fetched once.

    `fetch` gives the bytes of a tile of exactly the width asked for. What comes from elsewhere is not trusted
    by being read: check the proof that is made of it against a signed root.
    """

    def __init__(self, fetch: Callable[[Tile], bytes], size: int) -> None:
        self._fetch = fetch
        self._size = size
        self._tiles: dict[Tile, list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        tile, start, count = self.place(level, index)
        if tile not in self._tiles:
            self.keep(tile, self._fetch(tile) if tile.width else b"")
        hashes = self._tiles[tile]
        if start + count > len(hashes):
            raise FormatError(f"The tree of {self._size} leaves does not hold that subtree yet.")
        return complete_root(hashes[start : start + count])

    def place(self, level: int, index: int) -> tuple[Tile, int, int]:
        """The tile whose hashes make that of this subtree, at which of them they start, and how many they are."""
        tile_level, height = divmod(level, TILE_HEIGHT)
        number, start = divmod(index << height, FULL_WIDTH)
        return Tile(tile_level, number, tile_width(tile_level, number, self._size)), start, 1 << height

    def keep(self, tile: Tile, content: bytes) -> None:
        self._tiles[tile] = split_tile(content, tile.width)
