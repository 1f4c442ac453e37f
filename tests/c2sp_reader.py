"""A reader of tile logs, written from the C2SP specifications and RFC 6962 alone; it shares no code with the ledger.

signed-note, tlog-checkpoint and tlog-tiles say what each line below does. Whatever does not fit raises Refused.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Fetch = Callable[[str], bytes]


class Refused(Exception):
    """The log is not what its key signed, or not in the form that the specifications give."""


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def mth(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, over leaf hashes."""
    if not hashes:
        return sha256()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\x01", mth(hashes[:k]), mth(hashes[k:]))


def require(holds: object, what: str) -> None:
    if not holds:
        raise Refused(what)


def unbase64(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Refused("base64") from error
    require(base64.b64encode(content).decode() == text, "base64 that is not canonical")
    return content


def open_checkpoint(note: bytes, vkey: str) -> tuple[int, bytes]:
    """The size and root that the key of the log signed."""
    name, key_id, encoded = vkey.split("+", 2)
    material = unbase64(encoded)
    require(material[0] == 1, "an Ed25519 key of a log")
    require(sha256(name.encode(), b"\n", material)[:4].hex() == key_id, "the id of the key")
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("UTF-8") from error
    text, _, block = whole.rpartition("\n\n")
    text += "\n"
    require(block.endswith("\n") and not re.search(r"[\x00-\x09\x0b-\x1f]", whole), "the form of a note")
    signed = False
    for line in block[:-1].split("\n"):
        dash, by, signature = [*line.split(" "), "", ""][:3]
        require(dash == "—" and by and line.count(" ") == 2, "a line of a signature")
        content = unbase64(signature)
        require(len(content) > 4, "a signature")
        if by == name and content[:4].hex() == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(material[1:]).verify(content[4:], text.encode())
            except InvalidSignature as error:
                raise Refused("the signature of the log") from error
            signed = True
    require(signed, "no signature of the log")
    origin, size, root, *rest = text.split("\n")
    require(origin == name and rest[-1:] == [""] and re.fullmatch(r"0|[1-9][0-9]*", size), "a checkpoint")
    return int(size), unbase64(root)


def path(level: str, index: int, width: int) -> str:
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    encoded = "/".join([*("x" + group for group in groups[:-1]), groups[-1]])
    return f"tile/{level}/{encoded}" + (f".p/{width}" if width < 256 else "")


def tiles(level: int, size: int) -> Iterator[tuple[int, int]]:
    """Index and width of every tile of a level in a tree of this size, the partial one last."""
    hashes = size // 256**level
    yield from ((index, 256) for index in range(hashes // 256))
    if hashes % 256:
        yield hashes // 256, hashes % 256


def read_tiles(fetch: Fetch, vkey: str) -> tuple[int, list[bytes]]:
    """The size and all leaf hashes, after every tile of every level was read and led to the signed root."""
    size, root = open_checkpoint(fetch("checkpoint"), vkey)
    below: list[bytes] = []
    leaves: list[bytes] = []
    level = 0
    while level == 0 or below:
        hashes: list[bytes] = []
        for index, width in tiles(level, size):
            content = fetch(path(str(level), index, width))
            require(len(content) == 32 * width, "the length of a tile")
            hashes += [content[at : at + 32] for at in range(0, len(content), 32)]
        require(level == 0 or hashes == below, "a hash that is not that of the full tile below")
        leaves = leaves or hashes
        full = len(hashes) - len(hashes) % 256
        below = [mth(hashes[at : at + 256]) for at in range(0, full, 256)]
        level += 1
    require(mth(leaves) == root, "the root")
    return size, leaves


def read_entries(fetch: Fetch, size: int, leaves: list[bytes]) -> list[bytes]:
    """Every entry, after each was found to be the one whose hash stands in the tree."""
    entries: list[bytes] = []
    for index, width in tiles(0, size):
        content, at = fetch(path("entries", index, width)), 0
        for _ in range(width):
            length = int.from_bytes(content[at : at + 2], "big")
            entry = content[at + 2 : at + 2 + length]
            require(at + 2 + length <= len(content), "a bundle that is cut short")
            require(sha256(b"\x00", entry) == leaves[len(entries)], "an entry that is not in the tree")
            entries.append(entry)
            at += 2 + length
        require(at == len(content), "something after the last entry of a bundle")
    return entries
