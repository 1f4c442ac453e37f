"""Signed notes, c2sp.org/signed-note: a text, an empty line, and lines that sign the text.

A key type is a byte. What it signs and how stands with its keys: notekeys.py, cosignature.py.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ledger.cosignature import CosignatureVerifier, MlDsaVerifier
from ledger.encoding import base64_text, parse_base64
from ledger.errors import FormatError, ProofError
from ledger.notekeys import (
    CONTROL,
    KEY_ID_BYTES,
    Ed25519Signer,
    Ed25519Verifier,
    Signer,
    Verifier,
    check_name,
    key_id,
)

__all__ = [
    "KEY_ID_BYTES",
    "Ed25519Signer",
    "Ed25519Verifier",
    "KnownKey",
    "Note",
    "OpenedNote",
    "Signature",
    "Signer",
    "Verifier",
    "check_name",
    "open_note",
    "parse_note",
    "parse_signatures",
    "parse_vkey",
    "sign_note",
]

MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100

KnownKey = Ed25519Verifier | MlDsaVerifier
"""A public key of a type that is known here (a cosigning one is a kind of Ed25519Verifier)."""

_VKEY = re.compile(r"(?P<name>[^+]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line. `key_id` is a hint to the key and no proof of anything."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        return f"— {self.name} {base64_text(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note that parses. Nothing in it is to be believed before `open_note`."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A text that at least one trusted key signed, the keys that did, and their lines (one for each)."""

    text: str
    keys: tuple[Verifier, ...]
    lines: tuple[Signature, ...]

    @property
    def signed_by(self) -> tuple[str, ...]:
        return tuple(key.name for key in self.keys)


_VERIFIERS: dict[int, Callable[[str, bytes], KnownKey]] = {
    each.kind: each for each in (Ed25519Verifier, CosignatureVerifier, MlDsaVerifier)
}


def parse_vkey(text: str) -> KnownKey:
    match = _VKEY.fullmatch(text)
    if not match:
        raise FormatError("A verifier key reads name+id+key, as the log publishes it.")
    material = parse_base64(match["key"], what="verifier key")
    kind, public_key = material[0], material[1:]
    if key_id(match["name"], kind, public_key).hex() != match["id"]:
        raise FormatError("The id in the verifier key does not belong to its name and key.")
    if kind not in _VERIFIERS:
        raise FormatError(f"Verifier keys of type 0x{kind:02x} are not known here.")
    return _VERIFIERS[kind](match["name"], public_key)


def sign_note(text: str, signers: Iterable[Signer]) -> bytes:
    _check_text(text)
    message = text.encode()
    lines = [Signature(each.name, each.key_id, each.sign(message)).line() for each in signers]
    if not lines:
        raise FormatError("A note has at least one signature.")
    return f"{text}\n{''.join(lines)}".encode()


def parse_note(note: bytes) -> Note:
    """Split at the LAST empty line: the text itself may hold some."""
    if len(note) > MAX_NOTE_BYTES:
        raise FormatError("The note is longer than any that is signed here.")
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("A note is UTF-8.") from error
    text, separator, block = whole.rpartition("\n\n")
    lines = block.split("\n")
    if not separator or lines.pop() != "" or not lines:
        raise FormatError("A note is a text, an empty line and lines of signatures, each ended by a newline.")
    text += "\n"
    _check_text(text)
    return Note(text, _parse_lines(lines))


def parse_signatures(block: str) -> tuple[Signature, ...]:
    """Lines of signatures without their text, as a witness answers them."""
    *lines, end = block.split("\n")
    if end or not lines:
        raise FormatError("Signatures are lines, each ended by a newline.")
    return _parse_lines(lines)


def open_note(note: bytes, verifiers: Sequence[Verifier]) -> OpenedNote:
    """The text, if a key of `verifiers` signed it.

    Lines of unknown keys are passed over. A known key with a bad signature spoils the note, whatever the
    other lines say; a key that signed twice counts once.
    """
    parsed = parse_note(note)
    known = {(each.name, each.key_id): each for each in verifiers}
    if len(known) != len(verifiers):
        raise FormatError("Two of the given keys share one name and one id.")
    message, signed = parsed.text.encode(), dict[tuple[str, bytes], Signature]()
    for line in parsed.signatures:
        verifier = known.get((line.name, line.key_id))
        if verifier is None:
            continue
        if not verifier.verify(message, line.signature):
            raise ProofError(f"The signature of {line.name} is bad: this is not what it signed.")
        signed.setdefault((line.name, line.key_id), line)
    if not signed:
        raise ProofError("None of the trusted keys signed the note.")
    return OpenedNote(parsed.text, tuple(known[each] for each in signed), tuple(signed.values()))


def _parse_lines(lines: Sequence[str]) -> tuple[Signature, ...]:
    if len(lines) > MAX_SIGNATURES:
        raise FormatError(f"The note has more than {MAX_SIGNATURES} signatures.")
    return tuple(map(_parse_signature, lines))


def _parse_signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—":
        raise FormatError("A line of a signature starts with an em dash and a space.")
    check_name(name)
    content = parse_base64(encoded, what="signature")
    if len(content) <= KEY_ID_BYTES:
        raise FormatError("A signature is longer than its key id.")
    return Signature(name, content[:KEY_ID_BYTES], content[KEY_ID_BYTES:])


def _check_text(text: str) -> None:
    if not text.endswith("\n") or CONTROL.search(text):
        raise FormatError("The text of a note ends in a newline and holds no other control character.")
