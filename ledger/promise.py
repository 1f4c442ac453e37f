"""Promises: the node's signed word, given with an answer, that a submission will stand in the log.

The text below is signed as a note is (Ed25519, key type 0x01), and travels as one header line:

    assent/promise/v1        v1 LOG ID DIGEST TIME NAME BASE64(key id || signature)
    LOG
    ID                       the submission, a UUID
    DIGEST                   SHA-256 of the sealed body, in hexadecimal
    TIME
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.encoding import base64_text, parse_base64
from ledger.entry import check_origin, format_time, parse_time
from ledger.errors import FormatError, ProofError
from ledger.hashing import HASH_BYTES
from ledger.note import KEY_ID_BYTES, Signature, Signer, Verifier, check_name

HEADER = "Ledger-Promise"


@dataclass(frozen=True, slots=True)
class Promise:
    """`digest` is the hash that the entry's leaf will name as its body; `time` is that of the submission."""

    log: str
    id: UUID
    digest: bytes
    time: datetime

    def text(self) -> str:
        lines = ("assent/promise/v1", self.log, str(self.id), self.digest.hex(), format_time(self.time), "")
        return "\n".join(lines)


class SignedPromise:
    """A promise with its signature, which is made when it is first asked for: not every answer carries it."""

    __slots__ = ("_signature", "_signer", "promise")

    def __init__(self, promise: Promise, signed: Signature | Signer) -> None:
        self.promise = promise
        self._signature = signed if isinstance(signed, Signature) else None
        self._signer = None if isinstance(signed, Signature) else signed

    @property
    def signature(self) -> Signature:
        if self._signature is None:
            assert self._signer is not None  # noqa: S101 - one of the two was given
            name, key = self._signer.name, self._signer.key_id
            self._signature = Signature(name, key, self._signer.sign(self.promise.text().encode()))
        return self._signature

    def header(self) -> str:
        _, *fields, _ = self.promise.text().split("\n")
        signed = base64_text(self.signature.key_id + self.signature.signature)
        return " ".join(["v1", *fields, self.signature.name, signed])


def sign_promise(promise: Promise, signer: Signer) -> str:
    """The header line."""
    check_origin(promise.log)
    return SignedPromise(promise, signer).header()


def parse_promise(header: str) -> SignedPromise:
    """What the header says, without a look at its signature."""
    fields = header.split(" ")
    if len(fields) != 7 or fields[0] != "v1":
        raise FormatError("A promise reads: v1 log id digest time name signature.")
    _, log, submission, digest, time, name, signed = fields
    check_origin(log)
    check_name(name)
    content = parse_base64(signed, what="signature of the promise")
    parsed = SignedPromise(
        Promise(log, _parse_uuid(submission), _parse_digest(digest), parse_time(time)),
        Signature(name, content[:KEY_ID_BYTES], content[KEY_ID_BYTES:]),
    )
    if parsed.header() != header:
        raise FormatError("The promise is not in its canonical form.")
    return parsed


def open_promise(header: str, verifiers: Sequence[Verifier]) -> Promise:
    """The promise, if one of `verifiers` signed it."""
    parsed = parse_promise(header)
    signature, message = parsed.signature, parsed.promise.text().encode()
    for verifier in verifiers:
        same = (verifier.name, verifier.key_id) == (signature.name, signature.key_id)
        if same and verifier.verify(message, signature.signature):
            return parsed.promise
    raise ProofError("The promise is not signed by a key of this node.")


def _parse_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise FormatError("The id in the promise is not a UUID.") from error


def _parse_digest(text: str) -> bytes:
    try:
        digest = bytes.fromhex(text)
    except ValueError as error:
        raise FormatError("The digest in the promise is not hexadecimal.") from error
    if len(digest) != HASH_BYTES:
        raise FormatError(f"The digest in the promise has {HASH_BYTES} bytes.")
    return digest
