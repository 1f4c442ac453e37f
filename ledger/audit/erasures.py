"""Who was erased, as far as the log says so: what of theirs may stay closed, and whether all that says so agrees."""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from uuid import UUID

from ledger.audit.finding import Finding
from ledger.audit.snapshot import Snapshot
from ledger.selectors.erased import STANDS
from ledger.selectors.rows import query

TYPE = "subject.erased"
UNDER_WAY = timedelta(seconds=60)
"""What was being written about her while she was erased may stand so much later than what erased her."""

# One that waits for its index has destroyed the keys already.
ERASED = """
SELECT subject, time FROM ledger_entry
WHERE tenant_id = %(tenant)s AND type = 'subject.erased' AND subject IS NOT NULL
UNION ALL SELECT subject, NULL FROM ledger_submission
WHERE tenant_id = %(tenant)s AND type = 'subject.erased' AND subject IS NOT NULL AND NOT conflict
"""

CONTRADICTED = f"""
SELECT e.entry FROM ledger_erasure e WHERE e.tenant_id = %s AND (
    NOT ({STANDS})
    OR (e.destroyed IS NOT NULL AND EXISTS (
        SELECT FROM ledger_pseudonym p WHERE p.tenant_id = e.tenant_id AND p.party = e.party))
    OR EXISTS (SELECT FROM ledger_erasure o
               WHERE o.tenant_id = e.tenant_id AND o.pseudonym = e.pseudonym AND o.party <> e.party))
ORDER BY e.entry LIMIT 1
"""  # noqa: S608 - put together from constants


class Erasures:
    """A key that is missing without an erasure, or after it, is a finding."""

    def __init__(self, tenant: UUID) -> None:
        self._tenant = tenant

    def excuse(self, kind: str, subject: str | None, time: datetime) -> bool:
        """Whether the key of what says this of itself may be gone. What erases is sealed for the organisation."""
        until = self._until.get(subject or "")
        return until is not None and kind != TYPE and time <= until

    @cached_property
    def _until(self) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for subject, time in query(ERASED, {"tenant": self._tenant}):
            until = time + UNDER_WAY if time else datetime.max.replace(tzinfo=UTC)
            found[subject] = min(until, found.get(subject, until))
        return found


def check_erasures(snapshot: Snapshot) -> Finding | None:
    """An erasure that the log does not tell of, or not of this person, excuses nothing and has a cause."""
    for (entry,) in snapshot.rows(CONTRADICTED):
        sentence = f"Submission {entry} is said to have erased somebody whom it did not erase."
        return Finding("erasure-contradicted", sentence)
    return None
