"""The keys that sign a log's checkpoints: the first, its ML-DSA-44 companion, and those that followed by rotation.

A key that an entry announced signs the trees that contain the entry; the one before it, of the same kind, signs
beside it until the overlap ends. Each is sealed under the node's key beside its tenant and its public text, so that
a row that somebody else put there does not sign.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import connection

from ledger.cosignature import ML_DSA_44, MlDsaSigner
from ledger.errors import AppendRefused
from ledger.identity import new_id
from ledger.note import KnownKey, Signer, parse_vkey
from ledger.notekeys import ED25519, Ed25519Signer
from ledger.vault import node_key

INSERT = """
INSERT INTO ledger_signing_key (tenant_id, id, kind, vkey, wrapped, attested, announced, overlap_until)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
ROWS = """
SELECT k.id, k.kind, k.vkey, k.wrapped, k.overlap_until, k.first_size, k.announced IS NOT NULL, s.index
FROM ledger_signing_key k
LEFT JOIN ledger_sequenced s ON s.tenant_id = k.tenant_id AND s.submission_id = k.announced
WHERE k.tenant_id = %s ORDER BY k.id
"""
FIRST = """
SELECT l.vkey, k.wrapped FROM ledger_log l JOIN ledger_log_key k USING (tenant_id)
WHERE tenant_id = %s AND k.use = 'log'
"""
NOTE_FIRST_SIZE = """
UPDATE ledger_signing_key k SET first_size = %(size)s
WHERE tenant_id = %(tenant)s AND first_size IS NULL AND (announced IS NULL OR EXISTS (
    SELECT FROM ledger_sequenced s
    WHERE s.tenant_id = k.tenant_id AND s.submission_id = k.announced AND s.index < %(size)s))
"""

SigningKey = Ed25519Signer | MlDsaSigner


class Stored(NamedTuple):
    """A row. `place` is the index of the entry that announced the key, None while it has none."""

    id: UUID | None
    kind: int
    vkey: str
    wrapped: bytes
    overlap_until: datetime | None
    first_size: int | None
    announced: bool
    place: int | None

    def signs(self, size: int) -> bool:
        return not self.announced or (self.place is not None and self.place < size)


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The keys of one log as its signer reads them; the first stands first."""

    tenant: UUID
    rows: Sequence[Stored]

    @property
    def identity(self) -> str:
        """The verifier key that the log was opened with, by which it is known for ever."""
        return self.rows[0].vkey

    @property
    def verifiers(self) -> list[KnownKey]:
        return [parse_vkey(row.vkey) for row in self.rows]

    @property
    def has_post_quantum(self) -> bool:
        return any(row.kind == ML_DSA_44 for row in self.rows)

    def signing(self, size: int, now: datetime) -> list[Stored]:
        """Those that sign a tree of this size now: of each kind the newest, and what it still overlaps."""
        chosen = []
        for kind in (ED25519, ML_DSA_44):
            usable = [row for row in self.rows if row.kind == kind and row.signs(size)]
            for row, successor in zip(usable, [*usable[1:], None], strict=True):
                if successor is None or (successor.overlap_until and now < successor.overlap_until):
                    chosen.append(row)
        return chosen

    def signer(self, row: Stored) -> Signer:
        """Raises SealError if the row is not one that this node sealed for this log and key."""
        name = row.vkey.partition("+")[0]
        if row.id is None:
            signer: SigningKey = Ed25519Signer(name, node_key.unwrap(row.wrapped, first_context(self.tenant)))
        else:
            made = Ed25519Signer if row.kind == ED25519 else MlDsaSigner
            signer = made(
                name, node_key.unwrap(row.wrapped, key_context(self.tenant, row.vkey, "signing-key"))
            )
        if signer.vkey != row.vkey:
            raise AppendRefused("The log's key is not the one that it publishes. It must not sign.")
        return signer


def read_keys(session: "psycopg.Connection[tuple[Any, ...]]", tenant: UUID) -> LogKeys:
    """As the sequencer's role, which alone reads the private parts."""
    first = session.execute(FIRST, [tenant]).fetchone()
    if first is None:
        raise AppendRefused("The log has no key to sign with.")
    rows = [Stored(None, ED25519, first[0], bytes(first[1]), None, None, False, None)]
    rows += [Stored(*row)._replace(wrapped=bytes(row[3])) for row in session.execute(ROWS, [tenant])]
    return LogKeys(tenant, rows)


def add_key(
    tenant: UUID, key: SigningKey, *, announced: UUID | None = None, overlap_until: datetime | None = None
) -> None:
    """As the app, within the tenant's scope."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values_of(tenant, key, announced=announced, overlap_until=overlap_until))


def values_of(
    tenant: UUID, key: SigningKey, *, announced: UUID | None = None, overlap_until: datetime | None = None
) -> list[Any]:
    """What INSERT takes to store a new key."""
    wrapped = node_key.wrap(key.seed, key_context(tenant, key.vkey, "signing-key"))
    attested = node_key.wrap(b"", key_context(tenant, key.vkey, "signing-key-attested"))
    return [tenant, new_id(), key.kind, key.vkey, wrapped, attested, announced, overlap_until]


def known_keys(tenant: UUID) -> list[KnownKey]:
    """Every key after the first that may have signed for the log; needs no scope. Raises SealError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT vkey, attested FROM ledger_signing_key WHERE tenant_id = %s", [tenant])
        rows = cursor.fetchall()
    for vkey, attested in rows:
        check_attested(tenant, vkey, bytes(attested))
    return [parse_vkey(vkey) for vkey, _ in rows]


def check_attested(tenant: UUID, vkey: str, attested: bytes) -> None:
    """Raise SealError unless this node made the key for this log."""
    node_key.unwrap(attested, key_context(tenant, vkey, "signing-key-attested"))


def first_context(tenant: UUID, use: str = "log") -> dict[str, object]:
    """What the first keys of a log are sealed beside, in ledger_log_key."""
    return {"kind": "log-key", "tenant": str(tenant), "use": use}


def key_context(tenant: UUID, vkey: str, kind: str) -> dict[str, object]:
    return {"kind": kind, "tenant": str(tenant), "vkey": vkey}
