"""The Merkle tree: every proof at every size while it grows, and vectors from transparency-dev/merkle."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError, LedgerError, ProofError
from ledger.hashing import EMPTY_ROOT, leaf_hash, node_hash
from ledger.tree import (
    Frontier,
    HashReader,
    Node,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    root,
    root_at,
)
from tests.needs import TEST_DATA, need

LARGEST = 131
LEAVES = [leaf_hash(bytes([number])) for number in range(LARGEST)]

# Of the vectors, one is accepted by its authors and refused here: both roots are the same 12 bytes, which are
# no SHA-256 hash ("don't care 2"). A hash that cannot be one is malformed, whatever it is compared with.
STRICTER = {"consistency/additional/sizes-are-equal-one-and-proof-is-empty.json"}


def mth(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 section 2.1 writes it, to compare with."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(mth(leaves[:split]), mth(leaves[split:]))


def reader_at(size: int) -> HashReader:
    """Complete subtrees of the first `size` leaves; asking for one that is not there is a fault of ours."""

    def read(level: int, index: int) -> bytes:
        low, high = index << level, (index + 1) << level
        assert high <= size
        return mth(LEAVES[low:high])

    return read


@pytest.mark.parametrize("size", range(LARGEST + 1))
def test_every_leaf_is_proved_in_every_tree_and_no_other_leaf_is(size: int) -> None:
    top, reader = mth(LEAVES[:size]), reader_at(size)
    for index in range(size):
        proof = inclusion_proof(index=index, size=size, reader=reader)
        check_inclusion(leaf=LEAVES[index], index=index, size=size, proof=proof, root=top)
        with pytest.raises(ProofError):
            check_inclusion(leaf=leaf_hash(b"other"), index=index, size=size, proof=proof, root=top)
        if size > 1:
            with pytest.raises(ProofError):
                check_inclusion(
                    leaf=LEAVES[index], index=(index + 1) % size, size=size, proof=proof, root=top
                )


@pytest.mark.parametrize("new", range(1, LARGEST + 1))
def test_every_tree_is_consistent_with_all_before_it_and_with_no_other(new: int) -> None:
    new_root, reader = mth(LEAVES[:new]), reader_at(new)
    for old in range(1, new + 1):
        proof = consistency_proof(old=old, new=new, reader=reader)
        old_root = mth(LEAVES[:old])
        check_consistency(old=old, new=new, old_root=old_root, new_root=new_root, proof=proof)
        with pytest.raises(ProofError):
            check_consistency(old=old, new=new, old_root=LEAVES[-1], new_root=new_root, proof=proof)
        with pytest.raises(ProofError):
            check_consistency(old=old, new=new, old_root=old_root, new_root=LEAVES[-1], proof=proof)


def test_the_frontier_has_the_root_of_every_tree_that_it_grew_through() -> None:
    frontier = Frontier()
    for size in range(LARGEST + 1):
        assert frontier.size == size
        assert frontier.root() == mth(LEAVES[:size]) == root(LEAVES[:size]) == root_at(size, reader_at(size))
        assert Frontier.from_bytes(frontier.to_bytes()).root() == frontier.root()
        assert Frontier.at(size, reader_at(size)).to_bytes() == frontier.to_bytes()
        if size < LARGEST:
            frontier.append(LEAVES[size])


@pytest.mark.parametrize("step", [1, 7, 255, 256, 1000])
def test_the_frontier_reports_the_root_of_each_tile_that_it_fills(step: int) -> None:
    leaves = [leaf_hash(number.to_bytes(2, "big")) for number in range(1000)]
    frontier = Frontier()
    reported = [node for at in range(0, 1000, step) for node in frontier.extend(leaves[at : at + step])]
    assert reported == [Node(8, at, mth(leaves[at * 256 : at * 256 + 256])) for at in range(3)]


def test_a_tile_of_tiles_is_reported_too() -> None:
    frontier = Frontier()
    reported = frontier.extend(LEAVES[0] for _ in range(2**16))
    assert [(node.level, node.index) for node in reported[-2:]] == [(8, 255), (16, 0)]
    assert reported[-1].hash == frontier.root()


@given(st.binary(max_size=200))
def test_a_frontier_is_read_only_in_its_one_form(content: bytes) -> None:
    try:
        frontier = Frontier.from_bytes(content)
    except FormatError:
        return
    assert frontier.to_bytes() == content


@given(st.data())
def test_a_proof_with_any_bit_flipped_cut_or_lengthened_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index=index, size=size, reader=reader_at(size))
    bit, at = data.draw(st.integers(0, 255)), data.draw(st.integers(0, len(proof) - 1))
    flipped = (int.from_bytes(proof[at], "big") ^ (1 << bit)).to_bytes(32, "big")
    for wrong in (
        [*proof[:at], flipped, *proof[at + 1 :]],
        proof[:-1],
        [*proof, EMPTY_ROOT],
        proof[::-1][1:],
    ):
        with pytest.raises(ProofError):
            check_inclusion(leaf=LEAVES[index], index=index, size=size, proof=wrong, root=mth(LEAVES[:size]))


@pytest.mark.parametrize("check", [check_inclusion, check_consistency])
@pytest.mark.parametrize(("first", "second"), [(-1, 4), (5, 4), (1, -1), (1, 2**63), (2**63, 2**63)])
def test_numbers_that_name_no_tree_are_malformed(check: Callable[..., None], first: int, second: int) -> None:
    numbers = {"index": first, "size": second} if check is check_inclusion else {"old": first, "new": second}
    roots = {"leaf": EMPTY_ROOT, "root": EMPTY_ROOT}
    if check is check_consistency:
        roots = {"old_root": EMPTY_ROOT, "new_root": EMPTY_ROOT}
    with pytest.raises(FormatError):
        check(proof=[], **numbers, **roots)


def test_nothing_is_proved_from_an_empty_tree() -> None:
    assert consistency_proof(old=0, new=3, reader=reader_at(3)) == []
    with pytest.raises(ProofError):
        check_consistency(old=0, new=3, old_root=EMPTY_ROOT, new_root=mth(LEAVES[:3]), proof=[])


def test_two_empty_trees_are_consistent_only_as_the_empty_tree() -> None:
    check_consistency(old=0, new=0, old_root=EMPTY_ROOT, new_root=EMPTY_ROOT, proof=[])
    with pytest.raises(ProofError):
        check_consistency(old=0, new=0, old_root=LEAVES[0], new_root=LEAVES[0], proof=[])


def _read(vector: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(vector.read_text())
    for name in ("root", "leafHash", "root1", "root2"):
        if name in content:
            content[name] = base64.b64decode(content[name] or "")
    content["proof"] = [base64.b64decode(each or "") for each in content["proof"] or []]
    return content


def _accepts(kind: str, vector: dict[str, Any]) -> bool:
    try:
        if kind == "inclusion":
            check_inclusion(
                leaf=vector["leafHash"],
                index=vector["leafIdx"],
                size=vector["treeSize"],
                proof=vector["proof"],
                root=vector["root"],
            )
        else:
            check_consistency(
                old=vector["size1"],
                new=vector["size2"],
                old_root=vector["root1"],
                new_root=vector["root2"],
                proof=vector["proof"],
            )
    except LedgerError:
        return False
    return True


@pytest.mark.parametrize(("kind", "least"), [("inclusion", 90), ("consistency", 90)])
def test_the_vectors_of_transparency_dev_are_judged_as_their_authors_do(kind: str, least: int) -> None:
    folder = TEST_DATA / "merkle-vectors" / "testdata"
    need(folder.is_dir(), "the Merkle vectors are not there (ASSENT_TEST_DATA)")
    vectors = {str(path.relative_to(folder)): _read(path) for path in sorted((folder / kind).rglob("*.json"))}
    assert len(vectors) >= least
    differ = {name for name, vector in vectors.items() if _accepts(kind, vector) == vector["wantErr"]}
    assert differ == {name for name in STRICTER if name.startswith(kind)}
    assert any(not vector["wantErr"] for vector in vectors.values())
