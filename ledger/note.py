"""Signed notes, c2sp.org/signed-note: a text, an empty line, and lines that sign the text.

A key type is a byte. Ed25519 (0x01) stands here; another type joins by an entry in `_VERIFIERS`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.encoding import base64_text, parse_base64
from ledger.errors import FormatError, ProofError
from ledger.hashing import sha256

ED25519 = 0x01
KEY_ID_BYTES = 4
MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100

_VKEY = re.compile(r"(?P<name>[^+]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/=]+)")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class Verifier(Protocol):
    """A public key under a name."""

    @property
    def name(self) -> str: ...
    @property
    def key_id(self) -> bytes: ...
    def verify(self, message: bytes, signature: bytes) -> bool: ...


class Signer(Protocol):
    """A private key under a name. Its `vkey` is what others need to verify."""

    @property
    def name(self) -> str: ...
    @property
    def key_id(self) -> bytes: ...
    @property
    def vkey(self) -> str: ...
    def sign(self, message: bytes) -> bytes: ...


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
    """A text that at least one trusted key signed, and the names of the keys that did."""

    text: str
    signed_by: tuple[str, ...]


class Ed25519Verifier:
    def __init__(self, name: str, public_key: bytes) -> None:
        check_name(name)
        try:
            self._key = Ed25519PublicKey.from_public_bytes(public_key)
        except ValueError as error:
            raise FormatError("An Ed25519 public key has 32 bytes.") from error
        self.name = name
        self.key_id = key_id(name, ED25519, public_key)
        self.vkey = vkey(name, ED25519, public_key)

    def verify(self, message: bytes, signature: bytes) -> bool:
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Ed25519Signer:
    """`seed`: the 32 bytes of the private key (RFC 8032)."""

    def __init__(self, name: str, seed: bytes) -> None:
        try:
            self._key = Ed25519PrivateKey.from_private_bytes(seed)
        except ValueError as error:
            raise FormatError("An Ed25519 private key has 32 bytes.") from error
        self.verifier = Ed25519Verifier(name, self._key.public_key().public_bytes_raw())
        self.name = name
        self.key_id = self.verifier.key_id
        self.vkey = self.verifier.vkey

    @classmethod
    def generate(cls, name: str) -> "Ed25519Signer":
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def seed(self) -> bytes:
        return self._key.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


_VERIFIERS: dict[int, Callable[[str, bytes], Verifier]] = {ED25519: Ed25519Verifier}


def key_id(name: str, kind: int, public_key: bytes) -> bytes:
    """SHA-256(name || 0x0A || type || public key)[:4]."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public_key)[:KEY_ID_BYTES]


def vkey(name: str, kind: int, public_key: bytes) -> str:
    """`name+hex(key id)+base64(type || public key)`."""
    return f"{name}+{key_id(name, kind, public_key).hex()}+{base64_text(bytes([kind]) + public_key)}"


def parse_vkey(text: str) -> Verifier:
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


def check_name(name: str) -> None:
    """Key names are not empty and hold no Unicode space, no plus sign and no control character."""
    if not name or "+" in name or _CONTROL.search(name) or any(letter.isspace() for letter in name):
        raise FormatError("A key name is empty, or holds a space or a plus sign.")


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
    if len(lines) > MAX_SIGNATURES:
        raise FormatError(f"The note has more than {MAX_SIGNATURES} signatures.")
    text += "\n"
    _check_text(text)
    return Note(text, tuple(map(_parse_signature, lines)))


def open_note(note: bytes, verifiers: Sequence[Verifier]) -> OpenedNote:
    """The text, if a key of `verifiers` signed it.

    Lines of unknown keys are passed over. A known key with a bad signature spoils the note, whatever the
    other lines say; a key that signed twice counts once.
    """
    parsed = parse_note(note)
    known = {(each.name, each.key_id): each for each in verifiers}
    if len(known) != len(verifiers):
        raise FormatError("Two of the given keys share one name and one id.")
    message, signed = parsed.text.encode(), {}
    for line in parsed.signatures:
        verifier = known.get((line.name, line.key_id))
        if verifier is None:
            continue
        if not verifier.verify(message, line.signature):
            raise ProofError(f"The signature of {line.name} is bad: this is not what it signed.")
        signed[line.name, line.key_id] = line.name
    if not signed:
        raise ProofError("None of the trusted keys signed the note.")
    return OpenedNote(parsed.text, tuple(signed.values()))


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
    if not text.endswith("\n") or _CONTROL.search(text):
        raise FormatError("The text of a note ends in a newline and holds no other control character.")
