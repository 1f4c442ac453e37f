"""The report that a contract asks of whoever uses it: what came of it, as one of a few answers and an entry.

No words of the clinician's own: they would speak of health, and auditors read entries. Findings belong in the record.
"""

from uuid import UUID

from consent.errors import RequestMalformed, UnknownContract
from consent.models import Contract
from consent.selectors import contracts_for_grantee
from ledger.selectors import Entry, subject_entries
from ledger.services import append

OUTCOMES = ("answered", "letter", "appointment", "nothing-new")
MOST = 500


def reports_owed(*, person: UUID | None, actor: UUID, organisation: UUID | None) -> list[Contract]:
    """The contracts over this person's records here that ask this clinician for a report. In the tenant's scope."""
    found = contracts_for_grantee(actor, organisation)
    return [one for one in found if one.person == person and one.terms.get("report_back")]


def reports_to(person: UUID) -> list[Entry]:
    """What was reported back to this person here, newest first, the newest 500. In the tenant's scope."""
    found = subject_entries(subject=person, types=["report.made"], limit=MOST)
    return [entry for entry in found if entry.readable]


def report_back(*, person: UUID | None, actor: UUID, organisation: UUID | None, outcome: str) -> int:
    """Say what came of it, under each contract that asks for it; returns how many.

    `person` None is nobody, whose contracts ask for nothing.
    Raises UnknownContract where none does, RequestMalformed for an answer that there is not.
    """
    if outcome not in OUTCOMES:
        raise RequestMalformed(f"A report is one of: {', '.join(OUTCOMES)}.")
    owed = reports_owed(person=person, actor=actor, organisation=organisation)
    if not owed:
        raise UnknownContract("No contract of this patient's asks you for a report.")
    for one in owed:
        audit = {"contract": str(one.id), "sentence": one.sentence, "outcome": outcome}
        append(type="report.made", actor=actor, subject=one.person, audit=audit)
    return len(owed)
