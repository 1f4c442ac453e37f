"""How a log and the chain of a person grow: places only, no content. This is what wakes a page."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from ledger import pseudonyms
from ledger.scope import current_tenant
from ledger.selectors.rows import query

POSITIONS = "SELECT index, subject, subject_index, type FROM ledger_entry WHERE tenant_id = %s"


@dataclass(frozen=True, slots=True)
class Position:
    """Where an entry stands in the log and in the chain of the subject that it concerns, if any."""

    index: int
    subject: str | None
    subject_index: int | None
    type: str


def pseudonym_of(party: UUID) -> str:
    """What the log of the tenant in scope calls the party; drawn now if it never appeared there."""
    return pseudonyms.name_of(party)


def head_position() -> int:
    """The index of the newest entry, -1 in an empty log."""
    rows = query("SELECT COALESCE(max(index), -1) FROM ledger_entry WHERE tenant_id = %s", [current_tenant()])
    return int(rows[0][0])


def entries_after(*, index: int, limit: int) -> list[Position]:
    """The next entries of the log, oldest first."""
    statement = f"{POSITIONS} AND index > %s ORDER BY index LIMIT %s"
    return [Position(*row) for row in query(statement, [current_tenant(), index, limit])]


def subject_head(subject: UUID) -> int:
    """The `subject_index` of the newest entry about the person, -1 if there is none."""
    statement = "SELECT count - 1 FROM ledger_subject WHERE tenant_id = %s AND subject = %s"
    rows = query(statement, [current_tenant(), pseudonyms.find(subject)])
    return int(rows[0][0]) if rows else -1


def subject_positions(*, subject: UUID, after: int, limit: int) -> list[Position]:
    """The next entries about the person after `after`, a `subject_index`; oldest first."""
    statement = f"{POSITIONS} AND subject = %s AND subject_index > %s ORDER BY subject_index LIMIT %s"
    values = [current_tenant(), pseudonyms.find(subject), after, limit]
    return [Position(*row) for row in query(statement, values)]


def known_pseudonym(party: UUID) -> str | None:
    """What the log of the tenant in scope calls the party; None if it never appeared there."""
    return pseudonyms.find(party)


def known_pseudonyms(parties: Collection[UUID]) -> dict[UUID, str]:
    """The same of many parties; without those that never appeared there, and those who were erased."""
    return pseudonyms.find_all(parties)
