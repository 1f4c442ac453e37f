"""The hashes of a log, RFC 6962 section 2.1: leaves and nodes are hashed under different prefixes."""

import hashlib

HASH_BYTES = 32


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


EMPTY_ROOT = sha256(b"")
"""The root of the tree that holds no leaf."""

NO_HASH = bytes(HASH_BYTES)
"""What the first entry of a chain names as the hash before it."""
