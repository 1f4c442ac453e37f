"""The accesses that questions are about. In the scope of the tenant whose log holds them."""

from uuid import UUID

from ledger import selectors as ledger
from ledger.errors import UnknownEntry
from ledger.selectors import Entry
from portal.cases.errors import AskedOfOneself
from portal.cases.models import Case
from portal.records.services import ACCESS_TYPES, Access, access_of, accesses_of, own_entry


def askable_access(entry: UUID, *, person: UUID, asker: UUID) -> Entry:
    """The access to this person's record that she may ask about, as the account `asker`.

    Raises UnknownEntry where it is none of hers, AskedOfOneself where she made it herself.
    """
    found = own_entry(entry, person=person)
    if found.type not in ACCESS_TYPES:
        raise UnknownEntry("There is no access to your record with that id here. Nothing was sent.")
    if not is_askable(found, asker=asker):
        raise AskedOfOneself("This was your own access, so that nobody else could answer. Nothing was sent.")
    return found


def is_askable(found: Entry, *, asker: UUID) -> bool:
    """Whether it is an access by somebody else."""
    return found.type in ACCESS_TYPES and access_of(found).actor != asker


def access_asked_about(case: Case) -> Access | None:
    """What a question is about, with the names of whoever acted; None of a correction."""
    return accesses_of([ledger.entry(case.entry)])[0] if case.entry else None
