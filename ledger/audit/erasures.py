"""Who was erased, as far as the log says so: what of theirs may stay closed, and whether all that says so agrees."""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from uuid import UUID

from ledger.audit.finding import Finding
from ledger.audit.snapshot import Snapshot
from ledger.selectors.erased import LEFT, LOGGED, TOLD
from ledger.selectors.rows import query

TYPE = "subject.erased"
UNDER_WAY = timedelta(seconds=60)
"""What was being written about her while she was erased may stand so much later than what erased her."""

# One that was begun must stand in the log, about this pseudonym, or wait for its index.
STANDS = """
    EXISTS (SELECT FROM ledger_sequenced s JOIN ledger_entry l ON l.tenant_id = s.tenant_id AND l.index = s.index
            WHERE s.tenant_id = e.tenant_id AND s.submission_id = e.entry
              AND l.type = 'subject.erased' AND l.subject = e.pseudonym)
    OR EXISTS (SELECT FROM ledger_submission w WHERE w.tenant_id = e.tenant_id AND w.id = e.entry
               AND w.type = 'subject.erased' AND w.subject = e.pseudonym)
"""

CONTRADICTED = f"""
SELECT count(*) FILTER (WHERE NOT erased AND NOT ({STANDS})), count(*) FILTER (WHERE erased AND {LEFT}),
       count(*) > {TOLD}
FROM ledger_erasure e WHERE e.tenant_id = %(tenant)s
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
        for subject, time in query(LOGGED, {"tenant": self._tenant}):
            until = time + UNDER_WAY if time else datetime.max.replace(tzinfo=UTC)
            found[subject] = min(until, found.get(subject, until))
        return found


def check_erasures(snapshot: Snapshot) -> Finding | None:
    """An erasure that the log does not tell of, or not of this person, excuses nothing and has a cause."""
    begun, left, more = query(CONTRADICTED, {"tenant": snapshot.tenant})[0]
    if begun:
        sentence = "Somebody is said to be erased by an entry that does not erase that person."
    elif left:
        sentence = "Somebody is said to be erased whose name or keys are still here."
    elif more:
        sentence = "More people are said to be erased than the log tells of."
    else:
        return None
    return Finding("erasure-contradicted", sentence)
