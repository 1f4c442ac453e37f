"""What a subscriber may be told of a person's record: decided at each notification, entered where something is told."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from consent.facts import Decisions
from portal.accounts import selectors
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.records import storage
from portal.records.access import Asked, ask, circumstances, decide, deciding, enter, facts_of, group_facts
from portal.records.candidates import candidates
from portal.records.errors import InvalidSearch, NotYourRecord
from portal.records.history import may_know
from portal.records.kinds import CLINICAL, KINDS
from portal.records.links import with_links
from portal.records.strangers import denial

SUBSCRIBE, NOTIFY = "subscribe", "notify"
_NOT_HERS = "Who looks at a record is told to the person herself, and to her guardian."


@dataclass(frozen=True, slots=True)
class Told:
    """A record that a subscriber may be told of."""

    type: str
    id: str
    deleted: bool


def subscribe_to_changes(
    *, caller: Caller, tenant: UUID, patient: str, types: Collection[str], purpose: str | None
) -> UUID:
    """The person whose record the caller may be told of, where anything of these types (or of all) is permitted.

    One ledger entry. Raises Denied, InvalidSearch, UnknownPerson, UnknownPurpose.
    """
    if unknown := sorted(set(types) - CLINICAL):
        raise InvalidSearch(
            f"No {unknown[0][:40]!r} of patients is kept here.", expression="Subscription.criteria"
        )
    with deciding(tenant):
        person = selectors.person_registered(patient=patient)
        asked = ask(caller, tenant, person, purpose=purpose, interaction=SUBSCRIBE)
        decisions = _reach(asked, types)
        open_ones = {group.category for group, one in decisions.by_group.items() if one.permitted}
        named = open_ones or {group.category for group in decisions.by_group}
        entered = enter(asked, decisions, [], categories=named)
        denied = denial(asked, entered, UnknownPerson(selectors.NOT_REGISTERED))
    if denied:
        raise denied
    return person


def subscribe_to_accesses(*, caller: Caller, tenant: UUID, patient: str) -> UUID:
    """The person of whose accesses the caller may know. Raises NotYourRecord, ScopeMissing."""
    caller.requires("accesses.read")
    with deciding(tenant):
        try:
            person = selectors.person_registered(patient=patient)
        except UnknownPerson:  # the same answer as for somebody who is there
            raise NotYourRecord(_NOT_HERS) from None
        if caller.refused or not may_know(caller, person):
            raise NotYourRecord(_NOT_HERS)
    return person


def may_still_be_told(
    *, caller: Caller, tenant: UUID, person: UUID, types: Collection[str], purpose: str | None
) -> bool:
    """Whether anything may still be told of. Where nothing may, the denial is entered: the subscription ends by it."""
    with deciding(tenant):
        asked = ask(caller, tenant, person, purpose=purpose, interaction=NOTIFY)
        decisions = _reach(asked, types)
        if not decisions.any_permitted:
            enter(asked, decisions, [], categories={group.category for group in decisions.by_group})
    return decisions.any_permitted


def may_still_know(*, caller: Caller, tenant: UUID, person: UUID) -> bool:
    """Whether the accesses to the record are still the caller's to know."""
    with deciding(tenant):
        return caller.refused is None and may_know(caller, person)


def told_of(
    *, caller: Caller, tenant: UUID, person: UUID, places: Collection[tuple[str, str]], purpose: str | None
) -> dict[tuple[str, str], Told]:
    """Those of these records (type, id) that the caller may be told of now, as they are now. What may not be told is
    not entered either: nobody asked for it."""
    with deciding(tenant):
        asked = ask(caller, tenant, person, purpose=purpose, interaction=NOTIFY)
        under = circumstances(asked)
        rows = [row for row, _ in storage.current(places).values() if row.header.person == person]
        if not rows:
            return {}
        facts = with_links(person, [facts_of(row.header) for row in rows], under.told)
        decisions = decide(asked, facts, under)
        shown = [row for row, fact in zip(rows, facts, strict=True) if decisions.of(fact).permitted]
        if shown:
            enter(asked, decisions, shown, categories={row.header.category for row in shown})
    headers = [row.header for row in shown]
    return {(one.type, one.id): Told(one.type, one.id, one.deleted) for one in headers}


def _reach(asked: Asked, types: Collection[str]) -> Decisions:
    """Of every kind of record that there could be, and of what there is."""
    kinds = sorted(types or CLINICAL)
    under = circumstances(asked)
    there = candidates(asked.person, kinds, (), under.told)
    facts = {group_facts(kind, category) for kind in kinds for category in KINDS[kind].categories}
    return decide(asked, facts | there.facts, under)
