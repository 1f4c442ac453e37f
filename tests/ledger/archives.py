"""Evidence archives as a test takes them apart and puts them together again."""

from collections.abc import Callable, Sequence
from io import BytesIO

from ledger.errors import LedgerError
from ledger.evidence.archive import MANIFEST, encode_manifest
from ledger.evidence.check import Found, check
from ledger.evidence.export import export_evidence
from ledger.evidence.zipped import Writer, read_members
from ledger.hashing import sha256
from ledger.note import parse_vkey
from ledger.trust import Policy
from tests.ledger.logbook import Logbook


def trusting(*vkeys: str) -> Policy:
    return Policy(tuple(parse_vkey(key) for key in vkeys))


Members = list[tuple[str, bytes]]


def exported(log: Logbook, **asked: object) -> bytes:
    out = BytesIO()
    export_evidence(out, tenant=log.tenant, **asked)  # type: ignore[arg-type]
    return out.getvalue()


def checked(log: Logbook, content: bytes) -> Found:
    return check(BytesIO(content), trusting(log.status().vkey))


def refusal(content: bytes, vkeys: Sequence[str]) -> str:
    """The sentence with which the archive is refused, or empty."""
    try:
        check(BytesIO(content), trusting(*vkeys))
    except LedgerError as error:
        return str(error)
    return ""


def members(content: bytes) -> Members:
    return list(read_members(BytesIO(content)))


def packed(content: Members) -> bytes:
    """An archive of these members, with the manifest that belongs to them, as a forger would write it."""
    out = BytesIO()
    writer, hashes = Writer(out), {}
    for name, part in content:
        if name != MANIFEST:
            hashes[name] = sha256(part).hex()
        writer.add(name, encode_manifest(hashes) if name == MANIFEST else part)
    writer.close()
    return out.getvalue()


def changed(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """With one member changed, and everything around it made to fit."""
    return packed([(each, change(part) if each == name else part) for each, part in members(content)])
