"""What a clinician has open, and whether they may still have it."""

from dataclasses import dataclass
from uuid import UUID

from consent.vocabulary import CATEGORIES
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.errors import AccountsError
from portal.accounts.identity import Caller
from portal.accounts.models import Role
from portal.records import services as records

ROLE = Role.CLINICIAN


@dataclass(frozen=True)
class Viewed:
    """A part of a person's record at a custodian, in front of this caller. `subject`: what the log calls the person."""

    user: UUID
    place: str
    custodian: UUID
    person: UUID
    part: str
    subject: str


def viewed(user: UUID, *, place: str, custodian: str, person: UUID, part: str) -> Viewed | None:
    """What an address of an open page names; None if there is no such record or the user is no clinician there."""
    if _caller(user, place) is None or part not in CATEGORIES:
        return None
    try:
        keeper = accounts.organisation(custodian).id
        with tenant_scope(keeper):
            accounts.registration(person=person)
            subject = ledger.pseudonym_of(person)
    except AccountsError:
        return None
    return Viewed(user, place, keeper, person, part, subject)


def still_open(what: Viewed) -> bool:
    """Whether contracts, an emergency or the base policy let the caller read this part now. Opens nothing."""
    caller = _caller(what.user, what.place)
    if caller is None:
        return False
    return records.is_open(caller=caller, tenant=what.custodian, person=what.person, category=what.part)


def _caller(user: UUID, place: str) -> Caller | None:
    """The user as a clinician of that place. `strong`: a page that a stronger log-in opened stays open until its
    contract ends, however long ago that log-in was."""
    held = next(
        (one for one in accounts.memberships(user) if one.tenant.slug == place and one.role == ROLE), None
    )
    if held is None:
        return None
    return Caller(
        user=user,
        name=str(held.user),
        person=None,
        organisation=held.tenant_id,
        organisation_name=held.tenant.name,
        role=held.role,
        title=held.title,
        strong=True,
        client="session",
        request_id="",
    )
