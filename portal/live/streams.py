"""What a person is woken for: the entries about them in the log of each organisation where they are a patient.

The durable rows are the ledger's own. `seq` is the entry's index in the person's chain (`subject_index`),
so that it has no gap: whoever knows the last one that they saw can be given exactly what followed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts

BATCH = 500


@dataclass(frozen=True, slots=True)
class Stream:
    """One person in one log. `subject` is what the log calls the person."""

    tenant: UUID
    slug: str
    person: UUID
    subject: str


@dataclass(frozen=True, slots=True)
class Wake:
    """One entry, by its place alone; a socket carries no content."""

    subject: str
    seq: int
    type: str


def streams_of(user: UUID) -> list[Stream]:
    """The logs in which this account's own record can gain an entry; none for who is no patient."""
    person = accounts.person_of(user)
    found = []
    for registration in accounts.registrations(person.id) if person else []:
        with tenant_scope(registration.tenant_id):
            subject = ledger.pseudonym_of(registration.person_id)
        found.append(
            Stream(registration.tenant_id, registration.tenant.slug, registration.person_id, subject)
        )
    return found


def after(stream: Stream, seq: int) -> list[Wake]:
    """The next entries about the person after `seq`, oldest first, at most BATCH."""
    with tenant_scope(stream.tenant):
        rows = ledger.subject_positions(subject=stream.person, after=seq, limit=BATCH)
    return _wakes(rows)


def head(stream: Stream) -> int:
    """The seq of the newest entry about the person, -1 if there is none."""
    with tenant_scope(stream.tenant):
        return ledger.subject_head(stream.person)


def heads_of_logs() -> dict[UUID, int]:
    """The index of the newest entry of every log, -1 for an empty one."""
    return {organisation.id: _log_head(organisation.id) for organisation in accounts.organisations()}


def entries_after(tenant: UUID, index: int) -> tuple[int, list[Wake]]:
    """The next entries of a log: the index of the last one looked at, and those that are about a person."""
    with tenant_scope(tenant):
        rows = ledger.entries_after(index=index, limit=BATCH)
    return (rows[-1].index if rows else index), _wakes(rows)


def _wakes(rows: Iterable[ledger.Position]) -> list[Wake]:
    return [
        Wake(row.subject, row.subject_index, row.type)
        for row in rows
        if row.subject is not None and row.subject_index is not None
    ]


def _log_head(tenant: UUID) -> int:
    with tenant_scope(tenant):
        return ledger.head_position()
