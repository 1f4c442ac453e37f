"""A key from which 2^64 others follow, and which can forget any one of them for ever.

The tree of Goldreich, Goldwasser and Micali (1986): a node is 32 bytes, its two children are hashes of it, a leaf's
address says which way to go down. To forget a leaf, a node above it is replaced by the nodes that stand beside the way
down (a puncturable pseudorandom function: Boneh and Waters 2013; Kiayias et al. 2013; Boyle, Goldwasser and Ivan 2014).
All other leaves follow as before; that one does not, from nothing that is left. Forgetting one costs about 2 KiB.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

DEPTH: Final = 64
NODE_BYTES: Final = 32
_BRANCH: Final = (b"\x00", b"\x01")

Place = tuple[int, int]
"""How deep below the root, and the address's bits down to there."""

Nodes = Mapping[Place, bytes]
"""Invariant: no node stands below another."""


def address_of(name: bytes) -> int:
    """Where a name's leaf is. Of 10^8 names, forgetting 10^5 takes another one along with probability 10^-6."""
    return int.from_bytes(hashlib.sha256(b"assent/puncture/v1\n" + name).digest()[: DEPTH // 8], "big")


def derive(nodes: Nodes, address: int) -> bytes | None:
    """The leaf's 32 bytes; None if it was forgotten."""
    place = _above(nodes, address)
    if place is None:
        return None
    node, sha256 = nodes[place], hashlib.sha256
    for shift in range(DEPTH - place[0] - 1, -1, -1):
        node = sha256(node + _BRANCH[address >> shift & 1]).digest()
    # So that a leaf is never itself a node of the tree.
    return hmac.digest(node, b"assent/puncture/leaf/v1", "sha256")


def forget(nodes: Nodes, address: int) -> Nodes:
    """The nodes from which every leaf follows but this one."""
    place = _above(nodes, address)
    if place is None:
        return nodes
    left = dict(nodes)
    node, depth = left.pop(place), place[0]
    while depth < DEPTH:
        depth += 1
        prefix = address >> (DEPTH - depth)
        left[depth, prefix ^ 1] = hashlib.sha256(node + _BRANCH[prefix & 1 ^ 1]).digest()
        node = hashlib.sha256(node + _BRANCH[prefix & 1]).digest()
    return left


def _above(nodes: Nodes, address: int) -> Place | None:
    return next(
        (place for depth in range(DEPTH + 1) if (place := (depth, address >> (DEPTH - depth))) in nodes), None
    )
