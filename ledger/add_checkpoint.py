"""What a log sends to a witness, c2sp.org/tlog-witness: the size it grew from, the proof, and its checkpoint.

old <size>
<hash of the consistency proof>      at most 63 lines
                                     an empty line
<checkpoint>
"""

from dataclasses import dataclass

from ledger.encoding import base64_text, parse_base64, parse_decimal
from ledger.errors import FormatError
from ledger.hashing import HASH_BYTES
from ledger.note import MAX_NOTE_BYTES, Note, parse_note
from ledger.treehead import Checkpoint, parse_head

PATH = "add-checkpoint"
MAX_PROOF = 63
MAX_REQUEST_BYTES = 256 * 1024
SIZE_TYPE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """`note`: the signed checkpoint, verbatim; nobody has looked at its signatures yet."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes

    def encode(self) -> bytes:
        lines = [f"old {self.old}", *map(base64_text, self.proof), "", ""]
        return "\n".join(lines).encode() + self.note

    def parsed(self) -> tuple[Note, Checkpoint]:
        """The note, and the tree head that it speaks of, whose root is not compared with anything."""
        note = parse_note(self.note)
        return note, parse_head(note.text)


def parse_request(body: bytes) -> AddCheckpoint:
    """The request in exactly these bytes."""
    if len(body) > MAX_REQUEST_BYTES:
        raise FormatError(f"The request is longer than {MAX_REQUEST_BYTES} bytes.")
    head, separator, note = body.partition(b"\n\n")
    if not separator or len(note) > MAX_NOTE_BYTES:
        raise FormatError("A request is an old size, a proof, an empty line and a checkpoint.")
    try:
        first, *proof = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError("The lines before the checkpoint are ASCII.") from error
    if not first.startswith("old "):
        raise FormatError("A request starts with `old` and the size that the witness cosigned last.")
    if len(proof) > MAX_PROOF:
        raise FormatError(f"A proof has at most {MAX_PROOF} lines.")
    request = AddCheckpoint(
        old=parse_decimal(first.removeprefix("old "), what="old size"),
        proof=tuple(parse_base64(line, what="proof", length=HASH_BYTES) for line in proof),
        note=note,
    )
    request.parsed()
    return request


def parse_size(body: bytes) -> int:
    """What a witness answers whose last checkpoint has another size than was said."""
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError as error:
        raise FormatError("The answer of the witness is not a size.") from error
    if not text.endswith("\n"):
        raise FormatError("The size that the witness answers ends in a newline.")
    return parse_decimal(text[:-1], what="size that the witness answers")
