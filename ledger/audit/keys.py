"""The history of the keys that sign a log, by the entries that announced them."""

from typing import NamedTuple
from uuid import UUID

from ledger.audit.finding import Finding
from ledger.audit.snapshot import Snapshot
from ledger.bodies import Clear, open_audit
from ledger.errors import FormatError, SealError
from ledger.logs import Public
from ledger.note import KnownKey, parse_vkey
from ledger.notekeys import ED25519
from ledger.rotation import TYPE
from ledger.signing_keys import check_attested

KEYS = """
SELECT k.vkey, k.attested, k.announced, s.index, e.type, e.actor, e.subject, e.body
FROM ledger_signing_key k
LEFT JOIN ledger_sequenced s ON s.tenant_id = k.tenant_id AND s.submission_id = k.announced
LEFT JOIN ledger_entry e ON e.tenant_id = k.tenant_id AND e.index = s.index
WHERE k.tenant_id = %s ORDER BY k.id
"""
ANNOUNCEMENTS = "SELECT index FROM ledger_entry WHERE tenant_id = %s AND type = %s"
WITNESSES = "SELECT vkey FROM ledger_log_witness WHERE tenant_id = %s"


class Announced(NamedTuple):
    """A key, and the index of the entry that announced it; -1 for those of the beginning."""

    key: KnownKey
    place: int


class Stored(NamedTuple):
    """A key's row, and the entry that announced it, if it is sequenced."""

    vkey: str
    attested: bytes
    announced: UUID | None
    place: int | None
    type: str
    actor: str
    subject: str | None
    body: bytes


class KeyHistory:
    """Invariant: each key was made by this node for this log, and is named by the entry that announced it.

    `fault` is what contradicts that. Rows whose entry is not sequenced yet are not in force.
    """

    def __init__(self, snapshot: Snapshot, public: Public) -> None:
        self._announced = [Announced(parse_vkey(public.vkey), -1)]
        self.fault: Finding | None = None
        self.witnesses = [parse_vkey(vkey) for (vkey,) in snapshot.rows(WITNESSES)]
        for row in map(Stored._make, snapshot.rows(KEYS)):
            if row.announced is None or row.place is not None:
                self.fault = self.fault or _fault(snapshot.tenant, row)
                self._announced.append(
                    Announced(parse_vkey(row.vkey), -1 if row.place is None else row.place)
                )

        missing = {place for (place,) in snapshot.rows(ANNOUNCEMENTS, TYPE)} - {
            each.place for each in self._announced
        }
        if missing:
            sentence = "The keys that this entry announces are not there."
            self.fault = self.fault or Finding("key-missing", sentence, min(missing))

    @property
    def known(self) -> list[KnownKey]:
        return [each.key for each in self._announced]

    def in_force(self, size: int) -> KnownKey:
        """The Ed25519 key that must have signed the tree of this size."""
        return [each.key for each in self._announced if each.key.kind == ED25519 and each.place < size][-1]


def _fault(tenant: UUID, row: Stored) -> Finding | None:
    try:
        check_attested(tenant, row.vkey, bytes(row.attested))
        if row.announced is None:
            return None
        clear = Clear(tenant, row.announced, row.type, row.actor, row.subject)
        named = open_audit(clear, bytes(row.body)).get("vkeys")
    except (SealError, FormatError):
        return Finding("key-changed", "A key of the log is not one that this node gave it.", row.place or 0)
    if row.type != TYPE or not isinstance(named, list) or row.vkey not in named:
        return Finding("key-not-announced", "A key of the log is not named by its entry.", row.place)
    return None
