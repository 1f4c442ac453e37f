"""A tree that grows leaf by leaf to 600: after each step, every proof that can be made of it is made and checked."""

from ledger.hashing import leaf_hash, node_hash
from ledger.tree import Frontier, check_consistency, check_inclusion, consistency_proof, inclusion_proof
from tests.c2sp_reader import mth

LARGEST = 600


class Tree:
    """Every complete subtree, added to as the leaves come: the storage that proofs read from."""

    def __init__(self) -> None:
        self.levels: list[list[bytes]] = [[]]
        self.frontier = Frontier()
        self.roots = [self.frontier.root()]

    def grow(self) -> None:
        leaf = leaf_hash(self.size.to_bytes(2, "big"))
        self.frontier.append(leaf)
        self.levels[0].append(leaf)
        level = 0
        while len(self.levels[level]) % 2 == 0:
            if level + 1 == len(self.levels):
                self.levels.append([])
            left, right = self.levels[level][-2:]
            self.levels[level + 1].append(node_hash(left, right))
            level += 1
        self.roots.append(self.frontier.root())

    @property
    def size(self) -> int:
        return len(self.levels[0])

    def read(self, level: int, index: int) -> bytes:
        return self.levels[level][index]


def test_every_leaf_is_proved_at_every_size() -> None:
    tree, checked = Tree(), 0
    while tree.size < LARGEST:
        tree.grow()
        size, root, leaves = tree.size, tree.roots[-1], tree.levels[0]
        assert root == mth(leaves)
        for index in range(size):
            proof = inclusion_proof(index=index, size=size, reader=tree.read)
            check_inclusion(leaf=leaves[index], index=index, size=size, proof=proof, root=root)
        checked += size
    assert checked == LARGEST * (LARGEST + 1) // 2


def test_every_size_is_consistent_with_every_size_before_it() -> None:
    tree, checked = Tree(), 0
    while tree.size < LARGEST:
        tree.grow()
        new, root = tree.size, tree.roots[-1]
        for old in range(1, new + 1):
            proof = consistency_proof(old=old, new=new, reader=tree.read)
            check_consistency(old=old, new=new, old_root=tree.roots[old], new_root=root, proof=proof)
        checked += new
    assert checked == LARGEST * (LARGEST + 1) // 2
