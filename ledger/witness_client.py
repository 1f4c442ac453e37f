"""Asking a witness, c2sp.org/tlog-witness: offer it a checkpoint, and ask for the last one that it cosigned."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.add_checkpoint import PATH, SIZE_TYPE, AddCheckpoint, parse_size
from ledger.errors import FormatError, ProofError, WitnessAhead, WitnessFailed
from ledger.hashing import sha256
from ledger.note import Signature, open_note, parse_note, parse_signatures, parse_vkey
from ledger.outbound import Answer, call

SECONDS = 3.0
MAX_ANSWER_BYTES = 1_000_000
OK, NOT_FOUND, CONFLICT = 200, 404, 409

Prove = Callable[[int], Sequence[bytes]]
"""The consistency proof from so many entries to those of the checkpoint that is offered."""


@dataclass(frozen=True, slots=True)
class Witness:
    """`url` is the prefix under which it answers, without a slash at its end."""

    name: str
    vkey: str
    url: str


def offer(witness: Witness, note: bytes, *, size: int, old: int, prove: Prove) -> Signature:
    """Its verified signature of the checkpoint of `size` entries in `note`; it is thought to know `old` of them.

    If it knows another number, it is proved to from there, once. Raises WitnessAhead if that is more than `size`,
    OutboundRefused if it does not answer, WitnessFailed otherwise.
    """
    answer = _post(witness, AddCheckpoint(old, tuple(prove(old)), note))
    if answer.status == CONFLICT:
        known = _known_size(answer)
        if known > size:
            raise WitnessAhead(f"It cosigned {known} entries; {size} were offered.")
        answer = _post(witness, AddCheckpoint(known, tuple(prove(known)), note))
    if answer.status != OK:
        raise WitnessFailed(f"It answered with status {answer.status}.")
    return _verified(witness, note, answer.content)


def last_checkpoint(witness: Witness, origin: str) -> bytes | None:
    """What it cosigned last of the log; None if nothing. Nobody has looked at its signatures."""
    digest = sha256(origin.encode()).hex()
    answer = call(f"{witness.url}/{digest}/checkpoint", largest=MAX_ANSWER_BYTES, seconds=SECONDS)
    if answer.status == NOT_FOUND:
        return None
    if answer.status != OK:
        raise WitnessFailed(f"It answered with status {answer.status}.")
    return answer.content


def _post(witness: Witness, request: AddCheckpoint) -> Answer:
    return call(
        f"{witness.url}/{PATH}",
        method="POST",
        body=request.encode(),
        headers={"Content-Type": "text/plain; charset=utf-8"},
        largest=MAX_ANSWER_BYTES,
        seconds=SECONDS,
    )


def _known_size(answer: Answer) -> int:
    if answer.headers.get("content-type", "").partition(";")[0].strip() != SIZE_TYPE:
        raise WitnessFailed("It refused, and did not say in the form of a size which one it knows.")
    try:
        return parse_size(answer.content)
    except FormatError as error:
        raise WitnessFailed(str(error)) from error


def _verified(witness: Witness, note: bytes, answer: bytes) -> Signature:
    """The first line of the answer that is by its key, if every one that is by its key is good."""
    try:
        lines = parse_signatures(answer.decode())
        block = "".join(line.line() for line in lines)
        whole = f"{parse_note(note).text}\n{block}".encode()
        return open_note(whole, [parse_vkey(witness.vkey)]).lines[0]
    except (FormatError, ProofError, UnicodeDecodeError) as error:
        raise WitnessFailed("What it answered is not its signature of the checkpoint.") from error
