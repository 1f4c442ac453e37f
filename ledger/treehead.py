"""The text of a checkpoint, c2sp.org/tlog-checkpoint: the name, size and root of a tree."""

from dataclasses import dataclass

from ledger.encoding import base64_text, parse_base64, parse_decimal
from ledger.errors import FormatError
from ledger.hashing import EMPTY_ROOT, HASH_BYTES


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`origin` names the log and is the name of its key; `root` has 32 bytes. We write no extensions."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        return "\n".join([self.origin, str(self.size), base64_text(self.root), *self.extensions, ""])


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in the text of a note."""
    checkpoint = parse_head(text)
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise FormatError("The checkpoint of an empty log has another root than the empty tree.")
    return checkpoint


def parse_head(text: str) -> Checkpoint:
    """Its form alone: a witness answers a wrong root of an empty tree otherwise than a malformed request."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "" or "" in lines:
        raise FormatError("A checkpoint has an origin, a size and a root, one line each, and no empty line.")
    origin, size, root, *extensions = lines
    return Checkpoint(
        origin=origin,
        size=parse_decimal(size, what="size of the checkpoint"),
        root=parse_base64(root, what="root of the checkpoint", length=HASH_BYTES),
        extensions=tuple(extensions),
    )
