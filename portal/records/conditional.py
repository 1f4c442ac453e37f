"""Conditional create, update and delete (FHIR R4, 3.1.0.8.1, 3.1.0.4.3, 3.1.0.7.1): what is done hangs on what fits.

Whether one fits is told only to those who may read it: the condition is a search, decided and entered as one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from portal.accounts import selectors
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.records import index, parameters, storage
from portal.records.access import Entered, ask, circumstances, decide, enter, group_facts
from portal.records.candidates import candidates
from portal.records.changes import Change
from portal.records.errors import IdMismatch, InvalidSearch, NotSelective
from portal.records.kinds import DIRECTORY, KINDS
from portal.records.query import Query
from portal.records.references import set_id
from portal.records.sealed import Stored
from portal.records.strangers import is_stranger
from portal.records.subjects import id_or_nothing

_IN_PATIENT = frozenset({"patient", "subject"})
WHERE = {"create": "If-None-Exist", "update": "url", "delete": "url"}


@dataclass(frozen=True)
class Match:
    """The record that fits, if there is one, or the denial of being told. Without `entered` nobody was asked about.

    `learned` enters that nothing fits, where what is stored instead would: to be called if nothing is.
    """

    row: Stored | None = None
    entered: Entered | None = None
    learned: Callable[[], Entered] | None = None

    @property
    def denial(self) -> Entered | None:
        return None if self.entered is None or self.entered.decision.permitted else self.entered


NOTHING = Match()


def find(change: Change, patient: str, *, caller: Caller, tenant: UUID, purpose: str | None) -> Match:
    """The record that fits the condition of a change, in the tenant's scope.

    `patient`: the id of the Patient whom the record is about. Raises NotSelective, InvalidSearch, UnknownPerson.
    """
    query = _query(change, patient)
    if change.type in DIRECTORY:
        return _only(_page(query, None, tenant, None), None)
    if change.type != "Patient":
        return _found(change, query, _registered(patient), caller=caller, tenant=tenant, purpose=purpose)
    persons = _bearing(query, tenant)
    matches = [_found(change, query, one, caller=caller, tenant=tenant, purpose=purpose) for one in persons]
    told = [match for match in matches if match is not NOTHING]
    if denied := [
        match for match in told if match.denial
    ]:  # who may not look into one is not told of several
        return denied[0]
    if len(told) > 1:
        raise _not_selective()
    return told[0] if told else NOTHING


def _found(
    change: Change, query: Query, person: UUID, *, caller: Caller, tenant: UUID, purpose: str | None
) -> Match:
    """Which of a person's records fits, decided and entered. A stranger finds nothing, or nobody to find it of."""
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
    entering = partial(enter, asked, decisions, categories=KINDS[change.type].categories)
    if permitted and not rows and change.verb != "delete":
        return Match(learned=partial(entering, []))  # what is stored instead is entered
    entered = entering(rows[:1])
    if not entered.decision.permitted and is_stranger(asked):
        if change.type == "Patient":
            return NOTHING
        raise UnknownPerson(selectors.NOT_REGISTERED)
    return _only(rows, entered)


def patient_named(change: Change) -> str:
    """The id of the one Patient whom the condition names, or ""."""
    named = {value.removeprefix("Patient/") for value in _named(change)}
    return id_or_nothing(named.pop()) if len(named) == 1 else ""


def settled(change: Change, row: Stored | None) -> Change:
    """An update of whatever fits, once that is known. Raises IdMismatch."""
    assert change.entry  # noqa: S101 - an update has one
    own = change.entry.resource.get("id")
    if row and own not in (None, row.header.id):
        raise IdMismatch(
            "Another record than the one with the id in the body fits the condition. Nothing was stored.",
            expression=f"{change.type}.id",
        )
    key = row.header.id if row else change.id
    set_id(change.entry, key)
    return replace(change, verb="update" if row or own else "create", id=key, condition=None)


def _named(change: Change) -> list[str]:
    return [value for name in _IN_PATIENT for value in (change.condition or {}).get(name, ())]


def _query(change: Change, patient: str) -> Query:
    given = {name: values for name, values in (change.condition or {}).items() if name not in _IN_PATIENT}
    if not given or any(value.removeprefix("Patient/") != patient for value in _named(change)):
        raise InvalidSearch(
            "The condition of a write is a search for that record, of the same patient.",
            expression=WHERE[change.verb],
        )
    return parameters.parse(change.type, given)


def _bearing(query: Query, tenant: UUID) -> list[UUID]:
    """Whom the identifiers belong to, two of several. Only they lead to a Patient before anybody is known."""
    wanted = [(one.name, one.values) for one in query.wanted]
    if not wanted or any(name != "identifier" or len(values) != 1 for name, values in wanted):
        raise InvalidSearch("A Patient is looked for by identifier.", expression="identifier")
    key = index.key_for("Patient", tenant=tenant, person=None)
    digests = {index.digest(key, "Patient", name, values[0]) for name, values in wanted}
    return sorted(_registered(key) for _, key in storage.found_by_all(digests, 2))


def _registered(patient: str) -> UUID:
    return selectors.person_registered(patient=patient)


def _page(query: Query, person: UUID | None, tenant: UUID, permitted: list[str] | None) -> list[Stored]:
    conditions = query.conditions(tenant=tenant, person=person)
    return storage.page(
        person, [query.type], conditions, permitted=permitted, order=query.order, after=None, limit=2
    ).rows


def _only(rows: list[Stored], entered: Entered | None) -> Match:
    if len(rows) > 1:
        raise _not_selective()
    return Match(rows[0] if rows else None, entered)


def _not_selective() -> NotSelective:
    return NotSelective("More than one record fits the condition. Nothing was stored. Ask more exactly.")
