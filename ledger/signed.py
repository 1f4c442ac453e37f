"""The last checkpoint that this node signed of each log, kept outside the database.

Who restores the database to an older state, or cuts its newest entries off, cannot reach these files with
it. One file a log, holding the note itself; its signature is checked when it is read.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.errors import FormatError, ProofError, TreeBroken
from ledger.hashing import sha256
from ledger.note import Verifier, parse_vkey


@dataclass(frozen=True, slots=True)
class Signed:
    checkpoint: Checkpoint
    note: bytes


class SignedCheckpoints:
    """The folder of these files. A log is known by its first key, so that a new log of an old name starts anew.

    `keys`: those that may have signed for the log since; the first one alone, unless they are given.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, vkey: str) -> Path:
        name = vkey.partition("+")[0].rpartition("/")[2]
        return self._folder / f"{name}.{sha256(vkey.encode()).hex()[:16]}.checkpoint"

    def last(self, vkey: str, keys: Sequence[Verifier] = ()) -> Signed | None:
        """None if nothing was signed yet. Raises TreeBroken if the file is not what this node wrote."""
        path = self.path(vkey)
        try:
            note = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return Signed(open_checkpoint(note, keys or [parse_vkey(vkey)]), note)
        except (FormatError, ProofError) as error:
            raise TreeBroken(f"{path} does not hold a checkpoint that this log's key signed.") from error

    def keep(self, vkey: str, note: bytes, keys: Sequence[Verifier] = ()) -> None:
        """Replace the file as a whole, and return only when a power cut cannot take it back.

        Never by a note of fewer entries, nor by another root for as many: TreeBroken. The caller holds the log's lock.
        """
        self._require_newer(vkey, note, keys or [parse_vkey(vkey)])
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.path(vkey)
        draft = path.with_name(f".{path.name}.{token_hex(4)}")
        with draft.open("xb") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _require_newer(self, vkey: str, note: bytes, keys: Sequence[Verifier]) -> None:
        kept, new = self.last(vkey, keys), open_checkpoint(note, keys)
        if kept is None or new.size > kept.checkpoint.size or new == kept.checkpoint:
            return
        raise TreeBroken(
            f"A checkpoint of {new.size} entries cannot replace the one of {kept.checkpoint.size} that was signed."
        )
