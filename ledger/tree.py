"""The Merkle tree of RFC 6962 section 2.1: roots, inclusion proofs and consistency proofs.

Nothing here stores a tree. A `Frontier` carries the O(log n) hashes that appending needs; proofs are made
from a `HashReader`, which gives the hash of any complete subtree, wherever it is kept.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ledger.errors import FormatError, ProofError
from ledger.hashing import EMPTY_ROOT, HASH_BYTES, node_hash

HashReader = Callable[[int, int], bytes]
"""`reader(level, index)`: the root of the `index`-th complete subtree of `2**level` leaves."""

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MAX_SIZE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Node:
    """The hash of one complete subtree of 2**level leaves, the `index`-th of its level."""

    level: int
    index: int
    hash: bytes


class Frontier:
    """The right edge of a tree: the roots of its complete subtrees, largest first (a compact range).

    Invariant: one hash for each bit set in `size`, in the order of the bits from the highest.
    """

    __slots__ = ("_hashes", "size")

    def __init__(self) -> None:
        self.size = 0
        self._hashes: list[bytes] = []

    def append(self, leaf: bytes) -> list[Node]:
        """Add one leaf hash; see `extend`."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> list[Node]:
        """Add leaf hashes in order. Returns the roots of the tiles that this filled (levels 8, 16, ...)."""
        rest, at, completed = list(leaves), 0, list[Node]()
        while at < len(rest):
            if self.size % TILE_WIDTH or at + TILE_WIDTH > len(rest):
                completed += self._push(0, rest[at])
                at += 1
            else:
                completed += self._push(TILE_HEIGHT, complete_root(rest[at : at + TILE_WIDTH]))
                at += TILE_WIDTH
        return completed

    def _push(self, level: int, node: bytes) -> list[Node]:
        """Add the root of the next complete subtree of 2**level leaves; `size` is a multiple of that."""
        hashes, completed = self._hashes, []
        self.size += 1 << level
        index = self.size >> level
        while True:
            if level and level % TILE_HEIGHT == 0:
                completed.append(Node(level, index - 1, node))
            if index & 1:
                break
            node = node_hash(hashes.pop(), node)
            level, index = level + 1, index >> 1
        hashes.append(node)
        return completed

    def root(self) -> bytes:
        return _fold(self._hashes)

    def to_bytes(self) -> bytes:
        """`uint64be size || hashes`."""
        return self.size.to_bytes(8, "big") + b"".join(self._hashes)

    @classmethod
    def from_bytes(cls, content: bytes) -> "Frontier":
        frontier = cls()
        frontier.size = int.from_bytes(content[:8], "big")
        expected = 8 + HASH_BYTES * frontier.size.bit_count()
        if len(content) != expected or frontier.size > MAX_SIZE:
            raise FormatError(f"A frontier of this size has {expected} bytes, not {len(content)}.")
        frontier._hashes = [content[at : at + HASH_BYTES] for at in range(8, expected, HASH_BYTES)]
        return frontier

    @classmethod
    def at(cls, size: int, reader: HashReader) -> "Frontier":
        """The frontier that a tree had at `size`."""
        _check_size(size)
        frontier = cls()
        frontier.size = size
        frontier._hashes = _complete_subtrees(0, size, reader)
        return frontier


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """The root over 2**n hashes, at least one: that of a complete subtree."""
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes; EMPTY_ROOT over none."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def root_at(size: int, reader: HashReader) -> bytes:
    """The root that a tree had at `size`."""
    return Frontier.at(size, reader).root()


def inclusion_proof(*, index: int, size: int, reader: HashReader) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962 section 2.1.1: siblings from the leaf up."""
    _check_size(size)
    if not 0 <= index < size:
        raise FormatError(f"A tree of {size} leaves has no leaf {index}.")
    path, low, high = [], 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range_hash(middle, high, reader))
            high = middle
        else:
            path.append(_range_hash(low, middle, reader))
            low = middle
    return path[::-1]


def consistency_proof(*, old: int, new: int, reader: HashReader) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 6962 section 2.1.2. Empty where old is 0 or new: nothing is left to prove."""
    _check_size(new)
    if not 0 <= old <= new:
        raise FormatError(f"A tree of {new} leaves did not grow from {old}.")
    if old in (0, new):
        return []
    path, low, high, whole = [], 0, new, True
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range_hash(middle, high, reader))
            high = middle
        else:
            path.append(_range_hash(low, middle, reader))
            low, whole = middle, False
    # The old root itself is left out where it is a node of the new tree: the verifier has it.
    return path[::-1] if whole else [_range_hash(low, high, reader), *path[::-1]]


def check_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise unless `proof` leads from the leaf hash to `root` (RFC 9162 section 2.1.3.2)."""
    _check_size(size)
    _check_hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise FormatError(f"A tree of {size} leaves has no leaf {index}.")
    position, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("The inclusion proof is too long.")
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    if last or node != root:
        raise ProofError("The inclusion proof does not lead to the root.")


def check_consistency(
    *, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise unless the tree of `new` leaves grew from that of `old` (RFC 9162 section 2.1.4.2).

    A larger tree is never said to be consistent with an empty one: that would prove nothing.
    """
    _check_size(new)
    _check_hashes(old_root, new_root, *proof)
    if not 0 <= old <= new:
        raise FormatError(f"A tree of {new} leaves did not grow from {old}.")
    if old == new:
        if proof or old_root != new_root or (old == 0 and old_root != EMPTY_ROOT):
            raise ProofError("Two trees of one size are consistent only if they are the same.")
        return
    if old == 0 or not proof:
        raise ProofError("The consistency proof is empty.")
    if _grown(old, new, old_root, proof) != (old_root, new_root):
        raise ProofError("The consistency proof does not lead to both roots.")


def _grown(old: int, new: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Both roots as the proof gives them, 0 < old < new."""
    # A power of two is a node of the new tree, and its root starts the path unsaid.
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("The consistency proof is too long.")
        if position & 1 or position == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofError("The consistency proof is too short.")
    return older, newer


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (RFC 6962 section 2.1), count > 1."""
    return 1 << ((count - 1).bit_length() - 1)


def _complete_subtrees(low: int, high: int, reader: HashReader) -> list[bytes]:
    """The complete subtrees of [low, high), largest first; `low` is a multiple of the largest."""
    hashes = []
    while low < high:
        level = (high - low).bit_length() - 1
        hashes.append(reader(level, low >> level))
        low += 1 << level
    return hashes


def _range_hash(low: int, high: int, reader: HashReader) -> bytes:
    return _fold(_complete_subtrees(low, high, reader))


def _fold(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return EMPTY_ROOT
    node = hashes[-1]
    for left in hashes[-2::-1]:
        node = node_hash(left, node)
    return node


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_SIZE:
        raise FormatError(f"{size} is not the size of a tree.")


def _check_hashes(*hashes: bytes) -> None:
    if any(len(each) != HASH_BYTES for each in hashes):
        raise FormatError(f"A hash of the tree has {HASH_BYTES} bytes.")
