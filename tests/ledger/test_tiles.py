"""Tiles and bundles as c2sp.org/tlog-tiles gives them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError
from ledger.hashing import leaf_hash
from ledger.tiles import (
    Tile,
    TileReader,
    decode_bundle,
    encode_bundle,
    parse_tile_path,
    split_tile,
    tile_width,
)
from ledger.tree import check_consistency, check_inclusion, consistency_proof, inclusion_proof, root

tiles = st.builds(
    Tile,
    level=st.none() | st.integers(0, 63),
    index=st.integers(0, 10**18 - 1),
    width=st.integers(1, 256),
)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(2, 0, 1), "tile/2/000.p/1"),
        (Tile(None, 1000, 5), "tile/entries/x001/000.p/5"),
        (Tile(63, 999), "tile/63/999"),
    ],
)
def test_paths_are_written_as_the_specification_shows_them(tile: Tile, path: str) -> None:
    assert tile.path() == path
    assert parse_tile_path(path) == tile


@given(tiles)
def test_every_tile_survives_writing_and_reading_its_path(tile: Tile) -> None:
    assert parse_tile_path(tile.path()) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0",
        "tile/0/",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/001/000",
        "tile/0/x000/001",
        "tile/0/x001/x000",
        "tile/0/X001/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/",
        "tile/0/000\n",
        "/tile/0/000",
        "tile/0/000/",
        "tile/Entries/000",
        "tile/0/٠٠٠",
        "tile/0/" + "x001/" * 6 + "000",
    ],
)
def test_a_path_out_of_form_is_refused(path: str) -> None:
    with pytest.raises(FormatError):
        parse_tile_path(path)


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    assert [tile_width(0, index, 70_000) for index in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert [tile_width(1, index, 70_000) for index in (0, 1, 2)] == [256, 17, 0]
    assert [tile_width(2, index, 70_000) for index in (0, 1)] == [1, 0]
    assert [tile_width(level, 0, 256) for level in (0, 1, 2)] == [256, 1, 0]
    assert tile_width(None, 273, 70_000) == 112


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_survives_writing_and_reading(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries), len(entries)) == entries


@given(st.binary(max_size=64), st.integers(0, 4))
def test_any_bytes_are_one_bundle_or_malformed(content: bytes, width: int) -> None:
    try:
        entries = decode_bundle(content, width)
    except FormatError:
        return
    assert b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries) == content
    assert len(entries) == width


def test_a_bundle_that_cannot_be_is_not_written() -> None:
    for entries in ([], [b""] * 257, [bytes(65_536)]):
        with pytest.raises(FormatError):
            encode_bundle(entries)
    assert decode_bundle(encode_bundle([bytes(65_535)]), 1) == [bytes(65_535)]


def test_a_tile_of_another_length_is_refused() -> None:
    assert split_tile(bytes(64), 2) == [bytes(32)] * 2
    for length in (0, 63, 65, 96):
        with pytest.raises(FormatError):
            split_tile(bytes(length), 2)


SIZE = 70_000
LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(SIZE)]
LEVELS = [LEAVES]
while len(LEVELS[-1]) >= 256:
    below = LEVELS[-1]
    LEVELS.append([root(below[at : at + 256]) for at in range(0, len(below) - 255, 256)])


def fetch_counting() -> tuple[Callable[[Tile], bytes], list[Tile]]:
    asked: list[Tile] = []

    def fetch(tile: Tile) -> bytes:
        asked.append(tile)
        assert tile.level is not None
        first = tile.index * 256
        return b"".join(LEVELS[tile.level][first : first + tile.width])

    return fetch, asked


@pytest.mark.parametrize("index", [0, 255, 256, 65_535, 65_536, 69_887, 69_888, SIZE - 1])
def test_inclusion_is_proved_from_tiles_alone(index: int) -> None:
    fetch, asked = fetch_counting()
    proof = inclusion_proof(index=index, size=SIZE, reader=TileReader(fetch, SIZE))
    check_inclusion(leaf=LEAVES[index], index=index, size=SIZE, proof=proof, root=root(LEAVES))
    assert len(asked) == len(set(asked)) <= 5
    assert all(tile.width == tile_width(tile.level, tile.index, SIZE) > 0 for tile in asked)


@pytest.mark.parametrize("old", [1, 255, 256, 257, 65_535, 65_536, 65_537, SIZE - 1])
def test_consistency_is_proved_from_tiles_alone(old: int) -> None:
    fetch, _ = fetch_counting()
    proof = consistency_proof(old=old, new=SIZE, reader=TileReader(fetch, SIZE))
    check_consistency(old=old, new=SIZE, old_root=root(LEAVES[:old]), new_root=root(LEAVES), proof=proof)


def test_what_the_tree_does_not_hold_yet_is_not_read() -> None:
    fetch, _ = fetch_counting()
    reader = TileReader(fetch, SIZE)
    for level, index in ((0, SIZE), (17, 0), (16, 1), (4, SIZE // 16)):
        if (index + 1) << level > SIZE:
            with pytest.raises(FormatError):
                reader(level, index)
    assert reader(16, 0) == root(LEAVES[:65_536])
