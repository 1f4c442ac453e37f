"""The sealed bodies: does each open, with its own key, beside exactly these clear values?"""

from collections.abc import Sequence
from functools import cached_property
from uuid import UUID

from ledger.audit.finding import Finding
from ledger.audit.snapshot import Row
from ledger.bodies import Clear, check_seals
from ledger.entry import decode_body
from ledger.errors import FormatError, SealError, UnknownKey
from ledger.selectors.rows import query
from ledger.vault import keyring

ERASED = """
SELECT DISTINCT subject FROM ledger_entry
WHERE tenant_id = %s AND type = 'subject.erased' AND subject IS NOT NULL
"""


class Seals:
    """The chain proves that bodies were not changed; opening them proves whose they are, and their ids."""

    def __init__(self, tenant: UUID) -> None:
        self._tenant = tenant

    def take(self, rows: Sequence[Row]) -> Finding | None:
        self._load_keys(rows)
        for row in rows:
            try:
                clear = Clear(self._tenant, row.submission, row.type, row.actor, row.subject)
                check_seals(clear, row.body)
            except UnknownKey:
                if row.subject is not None and row.subject in self._erased:
                    continue
                return Finding("key-missing", "The key that opens the body is not in the vault.", row.index)
            except (SealError, FormatError):
                sentence = "The body does not open beside the clear values, or is another entry's."
                return Finding("seal-broken", sentence, row.index)
        return None

    @cached_property
    def _erased(self) -> frozenset[str]:
        """Whom the log itself says to be erased: a key that is missing without such an entry is a finding."""
        return frozenset(subject for (subject,) in query(ERASED, [self._tenant]))

    def _load_keys(self, rows: Sequence[Row]) -> None:
        """Fetch the keys of all bodies at once; one that is malformed is found when it is opened."""
        sealed: list[bytes] = []
        for row in rows:
            try:
                sealed += [part for part in decode_body(row.body) if part is not None]
            except FormatError:
                continue
        keyring.load(sealed)
