"""What a record consists of, before anything of it is opened: the groups that decisions tell apart, with counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.scope import party_scope
from portal.accounts import selectors
from portal.accounts.errors import UnknownPerson
from portal.accounts.models import Registration
from portal.records import storage
from portal.records.candidates import Group
from portal.records.kinds import CLINICAL


@dataclass(frozen=True)
class Outline:
    """A person's record at one organisation. `head` is the group of the FHIR Patient, which names her."""

    registration: Registration
    groups: Sequence[tuple[Group, int]]
    head: Group


def outline_of(person: UUID) -> Outline:
    """The record at the organisation in scope. Raises UnknownPerson."""
    registration = selectors.registration(person=person)
    found = _outline(registration, storage.count_groups(person, CLINICAL))
    if found is None:
        raise UnknownPerson("No such patient is registered at this organisation. Check the number.")
    return found


def own_outlines(registrations: Sequence[Registration]) -> list[Outline]:
    """One person's own record at each of these organisations, in one statement however many they are.

    Says what there is and how much, which a patient may know of herself; what is in it is decided when it is opened.
    """
    if not registrations:
        return []
    with party_scope(registrations[0].person_id):
        return outlines_at(registrations)


def outlines_at(registrations: Sequence[Registration]) -> list[Outline]:
    """The same in the open scope of that person."""
    person = registrations[0].person_id
    groups = storage.count_groups_at([each.tenant_id for each in registrations], person, CLINICAL)
    outlines = [_outline(each, groups.get(each.tenant_id, ())) for each in registrations]
    return [each for each in outlines if each is not None]


def _outline(registration: Registration, rows: Sequence[tuple[str, str, list[str], int]]) -> Outline | None:
    groups = [((kind, category, labels), number) for kind, category, labels, number in rows]
    head = next((group for group, _ in groups if group[0] == "Patient"), None)
    return Outline(registration, groups, head) if head else None
