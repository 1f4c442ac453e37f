"""Checkpoints, c2sp.org/tlog-checkpoint: the size and root of a log, as the text of a signed note."""

from collections.abc import Iterable, Sequence

from ledger.errors import ProofError
from ledger.note import OpenedNote, Signer, Verifier, open_note, parse_note, sign_note
from ledger.treehead import Checkpoint, parse_checkpoint

__all__ = [
    "Checkpoint",
    "checkpoint_in",
    "open_checkpoint",
    "parse_checkpoint",
    "read_checkpoint",
    "sign_checkpoint",
]


def sign_checkpoint(checkpoint: Checkpoint, signers: Iterable[Signer]) -> bytes:
    return sign_note(checkpoint.text(), signers)


def read_checkpoint(note: bytes) -> Checkpoint:
    """What the note says, without a look at who signed it."""
    return parse_checkpoint(parse_note(note).text)


def open_checkpoint(note: bytes, verifiers: Sequence[Verifier]) -> Checkpoint:
    """The checkpoint, if the key of the log that it names is among `verifiers` and signed it."""
    return checkpoint_in(open_note(note, verifiers))


def checkpoint_in(opened: OpenedNote) -> Checkpoint:
    """The same, of a note that was opened."""
    checkpoint = parse_checkpoint(opened.text)
    if checkpoint.origin not in opened.signed_by:
        raise ProofError(f"The checkpoint names {checkpoint.origin}, whose own key did not sign it.")
    return checkpoint
