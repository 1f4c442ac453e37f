"""Searching the records of one patient, or the organisation's directory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from consent.facts import Decision, Decisions
from ledger.promise import SignedPromise
from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.records import parameters, storage
from portal.records.access import SCOPE, Asked, ask, decide, deciding, enter, group_facts
from portal.records.errors import Denied, InvalidSearch, UnsupportedType
from portal.records.finding import finds_by_number
from portal.records.kinds import KINDS
from portal.records.opening import Record, open_directory, release_all
from portal.records.parameters import Query
from portal.records.patients import related_to
from portal.records.sealed import Stored

NOBODY = UUID(int=0)


@dataclass(frozen=True)
class SearchResult:
    """One page. What is withheld is neither in it nor counted. `cursor` leads to the next page, if there is one."""

    records: list[Record]
    cursor: str | None = None
    decision: Decision | None = None
    promise: SignedPromise | None = None


def search(
    *,
    caller: Caller,
    tenant: UUID,
    type: str,  # noqa: A002 - the field's own name
    params: Mapping[str, Sequence[str]],
    purpose: str | None = None,
) -> SearchResult:
    """The records of one type that fit, newest first, as far as contracts permit.

    If no category that the search could touch is permitted: Denied, whether or not there are records. Raises
    InvalidSearch, UnknownCategory, UnknownPurpose, UnknownPerson, UnsupportedType, RecordTampered.
    """
    if type not in KINDS:
        raise UnsupportedType(f"This node does not keep resources of the type {type[:40]!r}.")
    query = parameters.parse(type, params)
    if KINDS[type].directory:
        return _search_directory(caller, tenant, query)
    one = query.ids is not None and len(query.ids) == 1
    if not query.patient and not (type == "Patient" and (one or _record_number(query))):
        raise InvalidSearch(f"Say whose {type} records: patient=<id of the Patient>.", expression="patient")
    with deciding(tenant):
        person = _person(caller, tenant, query)
        asked = ask(caller, tenant, person, purpose=purpose, interaction="search")
        rows, decisions = _decided_page(asked, query)
        page = rows[: query.count]
        entered = enter(asked, decisions, page, categories=_categories(query))
    if not entered.decision.permitted:
        raise Denied(entered.decision, entered.promise)
    records = release_all(asked, page, entered.promise)
    return SearchResult(records, _next(rows, query), entered.decision, entered.promise)


def _decided_page(asked: Asked, query: Query) -> tuple[list[Stored], Decisions]:
    """Decide once for all groups that could be found, then take the page from those that are permitted."""
    conditions = query.conditions(tenant=asked.tenant, person=asked.person)
    found = storage.groups(asked.person, [query.type], conditions)
    facts = {group_facts(query.type, category) for category in _categories(query)}
    facts |= {group_facts(*group) for group in found}
    decisions = decide(asked, facts)
    permitted = [
        storage.group_name(category, labels)
        for (_, category, labels), decision in decisions.by_group.items()
        if decision.permitted
    ]
    rows = storage.page(
        asked.person,
        [query.type],
        conditions,
        permitted=permitted,
        ascending=query.ascending,
        after=query.after,
        limit=query.count + 1,
    )
    return rows, decisions


def _search_directory(caller: Caller, tenant: UUID, query: Query) -> SearchResult:
    caller.requires(SCOPE)
    if query.patient:
        raise InvalidSearch("Entries of the directory belong to no patient.", expression="patient")
    with tenant_scope(tenant):
        rows = storage.page(
            None,
            [query.type],
            query.conditions(tenant=tenant, person=None),
            permitted=None,
            ascending=query.ascending,
            after=query.after,
            limit=query.count + 1,
        )
    return SearchResult(open_directory(caller, tenant, rows[: query.count]), _next(rows, query))


def _person(caller: Caller, tenant: UUID, query: Query) -> UUID:
    """Whose records are searched. Raises UnknownPerson."""
    if query.patient:
        return selectors.registration(patient=query.patient).person_id
    if query.ids:
        return selectors.registration(patient=query.ids[0]).person_id
    return _person_of_number(caller, tenant, _record_number(query))


def _person_of_number(caller: Caller, tenant: UUID, mrn: str) -> UUID:
    """Record numbers are short and can be guessed. Whoever may not look for patients by them learns of nobody but
    those they have to do with; the same is asked of the database for a number that exists and for one that does not.
    """
    try:
        person = selectors.registration(mrn=mrn).person_id
    except UnknownPerson:
        person = NOBODY
    known = finds_by_number(caller, tenant) or related_to(caller, {person})
    if person == NOBODY or not known:
        raise UnknownPerson("You know no patient with that record number here. Check the number.")
    return person


def _record_number(query: Query) -> str:
    """The record number in `Patient?identifier=[system|]number`, or ""."""
    wanted = [values[0] for name, values in query.values if name == "identifier" and len(values) == 1]
    return wanted[0].rpartition("|")[2] if len(wanted) == 1 else ""


def _categories(query: Query) -> tuple[str, ...]:
    return tuple(sorted(query.categories or query.named)) or KINDS[query.type].categories


def _next(rows: Sequence[Stored], query: Query) -> str | None:
    if len(rows) <= query.count:
        return None
    last = rows[query.count - 1].header
    return parameters.cursor_of(storage.Place(last.date, last.id))
