"""The sealed bodies: does each open, with its own key, beside exactly these clear values?"""

from collections.abc import Sequence
from uuid import UUID

from ledger.audit.erasures import Erasures
from ledger.audit.finding import Finding
from ledger.audit.snapshot import Row
from ledger.bodies import Clear, check_seals
from ledger.entry import decode_body
from ledger.errors import FormatError, SealError, UnknownKey
from ledger.vault import keyring


class Seals:
    """The chain proves that bodies were not changed; opening them proves whose they are, and their ids."""

    def __init__(self, tenant: UUID) -> None:
        self._tenant, self._erasures = tenant, Erasures(tenant)

    def take(self, rows: Sequence[Row]) -> Finding | None:
        self._load_keys(rows)
        for row in rows:
            try:
                clear = Clear(self._tenant, row.submission, row.type, row.actor, row.subject)
                check_seals(clear, row.body)
            except UnknownKey:
                if self._erasures.excuse(row.type, row.subject, row.time):
                    continue
                return Finding("key-missing", "The key that opens the body is not in the vault.", row.index)
            except (SealError, FormatError):
                sentence = "The body does not open beside the clear values, or is another entry's."
                return Finding("seal-broken", sentence, row.index)
        return None

    def _load_keys(self, rows: Sequence[Row]) -> None:
        """Fetch the keys of all bodies at once; one that is malformed is found when it is opened."""
        sealed: list[bytes] = []
        for row in rows:
            try:
                sealed += [part for part in decode_body(row.body) if part is not None]
            except FormatError:
                continue
        keyring.load(sealed)
