"""Entries: the leaf that is hashed into the tree, and the framing of the sealed body that it names.

The grammar of a leaf is ASCII without anything to escape, so its canonical bytes (RFC 8785) can be written
and read by one template and one pattern. Keys stand in their sorted order, and no other bytes match.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.errors import FormatError
from ledger.hashing import leaf_hash

VERSION = 1
SYSTEM = "system"
"""The actor of what the log does by itself. Everyone else is a pseudonym."""

PSEUDONYM_BYTES = 20
MAX_LEAF_BYTES = 65_535
_LARGEST = 2**53 - 1

_NUMBER = r"0|[1-9][0-9]{0,15}"
_HASH = r"[0-9a-f]{64}"
_PSEUDONYM = rf"[0-9a-f]{{{2 * PSEUDONYM_BYTES}}}"
_ORIGIN = r"[A-Za-z0-9._~:/-]{1,255}"
_TYPE = r"[a-z][a-z_]{0,31}(?:\.[a-z][a-z_]{0,31})?"
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
_LEAF = re.compile(
    rf'\{{"actor":"(?P<actor>{_PSEUDONYM}|{SYSTEM})","body":"(?P<body>{_HASH})","index":(?P<index>{_NUMBER}),'
    rf'"log":"(?P<log>{_ORIGIN})","prev":"(?P<prev>{_HASH})",'
    rf'"subject":(?:null,"subject_index":null,"subject_prev":null|"(?P<subject>{_PSEUDONYM})",'
    rf'"subject_index":(?P<subject_index>{_NUMBER}),"subject_prev":"(?P<subject_prev>{_HASH})"),'
    rf'"time":"(?P<time>{_TIME})","type":"(?P<type>{_TYPE})","v":{VERSION}\}}'
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry as it is hashed. Hashes are 32 bytes; `actor` and `subject` are pseudonyms, 40 hex digits.

    The three fields of the subject are None together. The first entry of a log, and of a subject, names 64
    zeros as the hash before it (`hashing.NO_HASH`).
    """

    log: str
    index: int
    time: datetime
    type: str
    actor: str
    subject: str | None
    subject_index: int | None
    subject_prev: bytes | None
    prev: bytes
    body: bytes

    def encode(self) -> bytes:
        """The canonical bytes, of parts that were checked before; `parse_leaf` is the check of all."""
        return encode_leaf(
            log=self.log,
            index=self.index,
            time=format_time(self.time),
            type=self.type,
            actor=self.actor,
            subject=self.subject,
            subject_index=self.subject_index,
            subject_prev=self.subject_prev,
            prev=self.prev,
            body=self.body,
        )

    def hash(self) -> bytes:
        return leaf_hash(self.encode())


def encode_leaf(
    *,
    log: str,
    index: int,
    time: str,
    type: str,  # noqa: A002 - the field's own name
    actor: str,
    subject: str | None,
    subject_index: int | None,
    subject_prev: bytes | None,
    prev: bytes,
    body: bytes,
) -> bytes:
    """What `Leaf.encode` writes, for those who write thousands; `time` as `format_time` gives it."""
    if subject is None:
        about = 'null,"subject_index":null,"subject_prev":null'
    else:
        about = f'"{subject}","subject_index":{subject_index},"subject_prev":"{(subject_prev or b"").hex()}"'
    return (
        f'{{"actor":"{actor}","body":"{body.hex()}","index":{index},"log":"{log}","prev":"{prev.hex()}",'
        f'"subject":{about},"time":"{time}","type":"{type}","v":{VERSION}}}'
    ).encode()


def parse_leaf(content: bytes) -> Leaf:
    """The leaf whose canonical bytes are exactly `content`."""
    match = _LEAF.fullmatch(content.decode("ascii", "replace"))
    if not match:
        raise FormatError("The bytes are not the canonical form of an entry.")
    subject, before = match["subject"], match["subject_prev"]
    return Leaf(
        log=match["log"],
        index=_parse_index(match["index"]),
        time=_moment(match["time"]),
        type=match["type"],
        actor=match["actor"],
        subject=subject,
        subject_index=None if subject is None else _parse_index(match["subject_index"]),
        subject_prev=None if before is None else bytes.fromhex(before),
        prev=bytes.fromhex(match["prev"]),
        body=bytes.fromhex(match["body"]),
    )


def check_type(name: str) -> None:
    if not re.fullmatch(_TYPE, name):
        raise FormatError("A type of entry reads like access.permitted: small letters, at most one point.")


def check_origin(name: str) -> None:
    if not re.fullmatch(_ORIGIN, name):
        raise FormatError("A log's origin is an address without scheme, like assent.example/log/st-mary.")


def check_pseudonym(name: str) -> None:
    if not re.fullmatch(_PSEUDONYM, name):
        raise FormatError(f"A pseudonym is {2 * PSEUDONYM_BYTES} hexadecimal digits.")


def format_time(time: datetime) -> str:
    """UTC with microseconds, as `2026-11-22T14:17:00.123456Z`."""
    if time.tzinfo is not UTC:
        time = _in_utc(time)
    return time.isoformat(timespec="microseconds")[:-6] + "Z"


def parse_time(text: str) -> datetime:
    if not re.fullmatch(_TIME, text):
        raise FormatError("A time reads 2026-11-22T14:17:00.123456Z, in UTC and with microseconds.")
    return _moment(text)


def _moment(text: str) -> datetime:
    """Of a text that has the form of a time."""
    try:
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
    except ValueError as error:
        raise FormatError("The calendar has no such time.") from error


def encode_body(audit: bytes, inputs: bytes | None) -> bytes:
    """`0x01 || uint32be length || audit || uint32be length || inputs`, each sealed; no inputs: length 0.

    An entry names SHA-256 of this. The parts have keys of their own, so that one can be opened, or outlive
    the other's key, while the hash still holds for both.
    """
    parts = (audit, inputs or b"")
    return bytes([VERSION]) + b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def decode_body(body: bytes) -> tuple[bytes, bytes | None]:
    """The sealed parts: audit, and inputs or None."""
    if body[:1] != bytes([VERSION]):
        raise FormatError(f"The body of an entry starts with its version, {VERSION}.")
    audit, rest = _take_part(body[1:])
    inputs, rest = _take_part(rest)
    if rest or not audit:
        raise FormatError("The body of an entry has an audit part, an inputs part, and nothing more.")
    return audit, inputs or None


def _take_part(content: bytes) -> tuple[bytes, bytes]:
    end = 4 + int.from_bytes(content[:4], "big")
    if len(content) < 4 or len(content) < end:
        raise FormatError("The body of an entry is cut short.")
    return content[4:end], content[end:]


def _parse_index(digits: str) -> int:
    number = int(digits)
    if number > _LARGEST:
        raise FormatError("An index is beyond what JSON readers keep exactly (2^53 - 1).")
    return number


def _in_utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise FormatError("A time without a zone is not a moment.")
    return time.astimezone(UTC)
