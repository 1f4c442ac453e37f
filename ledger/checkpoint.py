"""Checkpoints, c2sp.org/tlog-checkpoint: the size and root of a log, as the text of a signed note."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.encoding import base64_text, parse_base64, parse_decimal
from ledger.errors import FormatError, ProofError
from ledger.hashing import EMPTY_ROOT, HASH_BYTES
from ledger.note import Signer, Verifier, open_note, parse_note, sign_note


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
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "" or "" in lines:
        raise FormatError("A checkpoint has an origin, a size and a root, one line each, and no empty line.")
    origin, size, root, *extensions = lines
    checkpoint = Checkpoint(
        origin=origin,
        size=parse_decimal(size, what="size of the checkpoint"),
        root=parse_base64(root, what="root of the checkpoint", length=HASH_BYTES),
        extensions=tuple(extensions),
    )
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise FormatError("The checkpoint of an empty log has another root than the empty tree.")
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, signers: Iterable[Signer]) -> bytes:
    return sign_note(checkpoint.text(), signers)


def read_checkpoint(note: bytes) -> Checkpoint:
    """What the note says, without a look at who signed it."""
    return parse_checkpoint(parse_note(note).text)


def open_checkpoint(note: bytes, verifiers: Sequence[Verifier]) -> Checkpoint:
    """The checkpoint, if the key of the log that it names is among `verifiers` and signed it."""
    opened = open_note(note, verifiers)
    checkpoint = parse_checkpoint(opened.text)
    if checkpoint.origin not in opened.signed_by:
        raise ProofError(f"The checkpoint names {checkpoint.origin}, whose own key did not sign it.")
    return checkpoint
