"""This node as a witness, c2sp.org/tlog-witness: it cosigns what grew from what it cosigned before.

Which logs it witnesses, and by which keys it knows them, is configuration (`manage.py witness_log`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction

from ledger.add_checkpoint import AddCheckpoint, parse_request
from ledger.committed import Committed
from ledger.cosignature import CosignatureSigner
from ledger.errors import (
    FormatError,
    NotSignedByLog,
    OldSizeDiffers,
    ProofError,
    UnknownLog,
)
from ledger.hashing import EMPTY_ROOT
from ledger.note import OpenedNote, Signature, open_note, parse_vkey
from ledger.selectors.rows import query
from ledger.tree import check_consistency
from ledger.treehead import Checkpoint
from ledger.vault import node_key

# The row is held until what was found of it is replaced: of two forks that race, one finds the other's size.
LAST = "SELECT vkeys, size, root FROM ledger_witnessed_log WHERE origin = %s AND trusted FOR UPDATE"
COSIGNED = "UPDATE ledger_witnessed_log SET size = %s, root = %s, note = %s, cosigned = %s WHERE origin = %s"
BY_HASH = """
SELECT note FROM ledger_witnessed_log
WHERE encode(sha256(convert_to(origin, 'UTF8')), 'hex') = %s AND trusted AND note IS NOT NULL
"""
TRUST = """
INSERT INTO ledger_witnessed_log (origin, vkeys, trusted) VALUES (%s, %s, true)
ON CONFLICT (origin) DO UPDATE SET vkeys = EXCLUDED.vkeys, trusted = true
"""
DISTRUST = "UPDATE ledger_witnessed_log SET trusted = false WHERE origin = %s AND trusted"
LIST = "SELECT origin, size, cosigned, vkeys FROM ledger_witnessed_log WHERE trusted ORDER BY origin"
KEY = "SELECT wrapped FROM ledger_witness_key WHERE name = %s"
MAKE_KEY = "INSERT INTO ledger_witness_key (name, vkey, wrapped) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"

_keys: Committed[str, CosignatureSigner] = Committed()


class Witnessed(NamedTuple):
    """A log that this node witnesses, and how far it has seen it."""

    origin: str
    size: int
    cosigned: datetime | None
    vkeys: Sequence[str]


def add_checkpoint(body: bytes) -> str:
    """Our signature lines on the checkpoint in the request, kept before they are given.

    Raises FormatError (400), NotSignedByLog (403), UnknownLog (404), OldSizeDiffers (409) or ProofError (422).
    """
    request = parse_request(body)
    _, head = request.parsed()
    with transaction.atomic():
        rows = query(LAST, [head.origin])
        if not rows:
            raise UnknownLog("This witness does not know the log that the checkpoint names.")
        vkeys, size, root = rows[0]
        opened = _signed(request.note, vkeys)
        _check_growth(request, head, size, None if root is None else bytes(root))
        signer = witness_key()
        line = Signature(signer.name, signer.key_id, signer.sign(opened.text.encode())).line()
        kept = f"{opened.text}\n{''.join(each.line() for each in opened.lines)}{line}".encode()
        with connection.cursor() as cursor:
            cursor.execute(COSIGNED, [head.size, head.root, kept, datetime.now(UTC), head.origin])
    return line


def last_checkpoint(origin_hash: str) -> bytes:
    """The newest checkpoint cosigned here of the log whose origin has this SHA-256, in hexadecimal."""
    rows = query(BY_HASH, [origin_hash])
    if not rows:
        raise UnknownLog("This witness cosigned no checkpoint of such a log.")
    return bytes(rows[0][0])


def witness_key() -> CosignatureSigner:
    """The key of this node as a witness, made on first use."""
    name: str = settings.ASSENT_WITNESS_NAME
    known = _keys.get(name)
    if known:
        return known
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(KEY, [name])
        row = cursor.fetchone()
        if row is None:
            new = CosignatureSigner.generate(name)
            cursor.execute(MAKE_KEY, [name, new.vkey, node_key.wrap(new.seed, key_context(name))])
            cursor.execute(KEY, [name])  # another process may have been first
            row = cursor.fetchone()
        signer = CosignatureSigner(name, node_key.unwrap(bytes(row[0]), key_context(name)))
        _keys.made(name, signer)
    return signer


def trust_log(origin: str, vkeys: Sequence[str]) -> None:
    """Witness the log from now on, known by these keys instead of those of before. What was seen of it stays."""
    for vkey in vkeys:
        if parse_vkey(vkey).name != origin:
            raise FormatError("The key of a log has the log's origin as its name.")
    with connection.cursor() as cursor:
        cursor.execute(TRUST, [origin, list(vkeys)])


def distrust_log(origin: str) -> None:
    """Witness it no more. Raises UnknownLog."""
    with connection.cursor() as cursor:
        cursor.execute(DISTRUST, [origin])
        if not cursor.rowcount:
            raise UnknownLog("This node does not witness a log of that origin.")


def witnessed_logs() -> list[Witnessed]:
    return [Witnessed(*row) for row in query(LIST, [])]


def _signed(note: bytes, vkeys: Sequence[str]) -> OpenedNote:
    try:
        return open_note(note, [parse_vkey(vkey) for vkey in vkeys])
    except ProofError as error:
        raise NotSignedByLog(str(error)) from error


def _check_growth(request: AddCheckpoint, new: Checkpoint, size: int, root: bytes | None) -> None:
    """In the order of the specification: what cannot be, what is out of date, what does not hold."""
    if request.old > new.size:
        raise FormatError("The old size is larger than that of the checkpoint.")
    if request.old != size:
        raise OldSizeDiffers(size)
    if size == 0:
        if request.proof or (new.size == 0 and new.root != EMPTY_ROOT):
            raise ProofError(
                "From an empty tree there is nothing to prove, and its root is that of no entry."
            )
        return
    check_consistency(old=size, new=new.size, old_root=root or b"", new_root=new.root, proof=request.proof)


def key_context(name: str) -> dict[str, object]:
    return {"kind": "witness-key", "name": name}
