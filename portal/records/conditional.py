"""Conditional create (FHIR R4, 3.1.0.8.1): nothing is done where one record fits the condition already.

Whether one fits is told only to those who may read it: the condition is a search, decided and entered as one.
"""

from dataclasses import dataclass
from uuid import UUID

from portal.accounts import selectors
from portal.accounts.identity import Caller
from portal.records import index, parameters, storage
from portal.records.access import Entered, ask, circumstances, decide, enter, group_facts
from portal.records.candidates import candidates
from portal.records.changes import Change
from portal.records.errors import InvalidSearch, NotSelective
from portal.records.kinds import DIRECTORY, KINDS
from portal.records.query import Query
from portal.records.sealed import Stored

_IN_PATIENT = frozenset({"patient", "subject"})


@dataclass(frozen=True)
class Match:
    """What fits: a record, or the denial of being told. Without `entered` it is from the directory."""

    row: Stored | None
    entered: Entered | None = None


def find(change: Change, patient: str, *, caller: Caller, tenant: UUID, purpose: str | None) -> Match | None:
    """The record that fits the condition of a create, in the tenant's scope; None if none does.

    `patient`: the id of the Patient whom the new record is about. Raises NotSelective, InvalidSearch, UnknownPerson.
    """
    query = _query(change, patient)
    if change.type in DIRECTORY:
        return _only(_page(query, None, tenant, None), None)
    person = _patient(query, tenant) if change.type == "Patient" else _registered(patient)
    if person is None:
        return None
    asked = ask(caller, tenant, person, purpose=purpose, interaction="search")  # which is what it is
    under = circumstances(asked)
    found = candidates(person, [change.type], query.conditions(tenant=tenant, person=person), under.told)
    facts = {group_facts(change.type, category) for category in KINDS[change.type].categories}
    decisions = decide(asked, facts | found.facts, under)
    permitted = [
        storage.group_name(group.category, group.labels)
        for group, decision in decisions.by_group.items()
        if decision.permitted
    ]
    shown = found.permitted(decisions)
    page = _page(query, person, tenant, permitted)
    rows = [row for row in page if shown.shows(row.header.type, row.header.id)]
    if permitted and not rows:
        return None
    return _only(rows, enter(asked, decisions, rows[:1], categories=KINDS[change.type].categories))


def _query(change: Change, patient: str) -> Query:
    given = {name: values for name, values in (change.condition or {}).items() if name not in _IN_PATIENT}
    named = [value for name in _IN_PATIENT for value in (change.condition or {}).get(name, ())]
    if not given or any(value.removeprefix("Patient/") != patient for value in named):
        raise InvalidSearch(
            "If-None-Exist is a search for the record that is to be created, of the same patient.",
            expression="If-None-Exist",
        )
    return parameters.parse(change.type, given)


def _patient(query: Query, tenant: UUID) -> UUID | None:
    """Whom the identifiers belong to. Only they lead to a Patient before anybody is known."""
    wanted = [(one.name, one.values) for one in query.wanted]
    if not wanted or any(name != "identifier" or len(values) != 1 for name, values in wanted):
        raise InvalidSearch("A Patient is looked for by identifier.", expression="If-None-Exist")
    key = index.key_for("Patient", tenant=tenant, person=None)
    digests = {index.digest(key, "Patient", name, values[0]) for name, values in wanted}
    found = storage.found_by_all(digests, 2)
    if len(found) > 1:
        raise _not_selective()
    return _registered(found[0][1]) if found else None


def _registered(patient: str) -> UUID:
    return selectors.registration(patient=patient).person_id


def _page(query: Query, person: UUID | None, tenant: UUID, permitted: list[str] | None) -> list[Stored]:
    conditions = query.conditions(tenant=tenant, person=person)
    return storage.page(
        person, [query.type], conditions, permitted=permitted, order=query.order, after=None, limit=2
    ).rows


def _only(rows: list[Stored], entered: Entered | None) -> Match | None:
    if len(rows) > 1:
        raise _not_selective()
    if not rows and entered is None:
        return None
    return Match(rows[0] if rows else None, entered)


def _not_selective() -> NotSelective:
    return NotSelective("More than one record fits the condition of If-None-Exist. Nothing was stored.")
