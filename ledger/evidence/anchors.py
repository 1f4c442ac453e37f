"""What dates the checkpoint of an evidence archive: smaller checkpoints that grew into it, and their timestamps.

anchors/<size>/checkpoint.txt       the signed tree head of that size
anchors/<size>/consistency.json     the proof that the archive's checkpoint grew from it
anchors/<size>/timestamp-<n>.tsr    answers of timestamping authorities (RFC 3161) about that checkpoint
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.canonical import parse_canonical
from ledger.checkpoint import Checkpoint
from ledger.errors import FormatError, ProofError
from ledger.evidence.archive import ANCHORS, parse_hashes
from ledger.tree import check_consistency
from ledger.trust import Policy, Trusted, open_trusted

NOTE, CONSISTENCY = "checkpoint.txt", "consistency.json"
MAX_ANCHORS = 100
_NAME = re.compile(rf"{ANCHORS}([1-9][0-9]{{0,15}})/([a-z0-9-]+\.[a-z]+)")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A checkpoint that the archive's own grew from, how far it holds by itself, and the answers that date it."""

    trusted: Trusted
    timestamps: tuple[bytes, ...]


def anchor_name(size: int, name: str) -> str:
    return f"{ANCHORS}{size}/{name}"


def timestamp_name(number: int) -> str:
    return f"timestamp-{number}.tsr"


def read_anchors(
    members: Iterable[tuple[str, bytes]], checkpoint: Checkpoint, policy: Policy
) -> tuple[Anchor, ...]:
    """Those of `members`, each found consistent with `checkpoint`; raises FormatError or ProofError."""
    folders: dict[int, list[tuple[str, bytes]]] = {}
    for name, content in members:
        match = _NAME.fullmatch(name)
        if not match or len(folders) > MAX_ANCHORS:
            raise FormatError(f"The member {name} is none that an evidence archive has.")
        folders.setdefault(int(match[1]), []).append((match[2], content))
    if list(folders) != sorted(folders):
        raise FormatError("The anchors of the archive are not in the order of their sizes.")
    return tuple(_read(size, files, checkpoint, policy) for size, files in folders.items())


def _read(size: int, files: Sequence[tuple[str, bytes]], checkpoint: Checkpoint, policy: Policy) -> Anchor:
    (_, note), (_, proof), *timestamps = files if len(files) > 1 else [("", b""), ("", b"")]
    expected = [NOTE, CONSISTENCY, *(timestamp_name(number) for number in range(len(timestamps)))]
    if [name for name, _ in files] != expected:
        raise FormatError(f"The anchor of {size} entries lacks a member, or has one too many.")
    trusted = open_trusted(note, policy)
    older = trusted.checkpoint
    if (older.origin, older.size) != (checkpoint.origin, size):
        raise ProofError(f"The anchor of {size} entries holds another log's or another size's checkpoint.")
    check_consistency(
        old=size,
        new=checkpoint.size,
        old_root=older.root,
        new_root=checkpoint.root,
        proof=parse_hashes(parse_canonical(proof)),
    )
    return Anchor(trusted, tuple(content for _, content in timestamps))
