"""Searching the records of one patient, the patients that one has to do with, or the organisation's directory."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.records import cursors, including, parameters, storage
from portal.records.access import ask, deciding, enter
from portal.records.errors import InvalidSearch, UnsupportedType
from portal.records.finding import finds_by_number
from portal.records.kinds import KINDS
from portal.records.opening import open_directory, release_all
from portal.records.patients import related_to
from portal.records.people import search_people
from portal.records.provenance import provenance_of
from portal.records.query import Query
from portal.records.result import SearchResult
from portal.records.scoping import require_scope
from portal.records.selecting import select
from portal.records.strangers import denial

NOBODY = UUID(int=0)


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
    if query.patient or query.one_id:
        return _search_one(caller, tenant, query, purpose)
    if type != "Patient":
        raise InvalidSearch(f"Say whose {type} records: patient=<id of the Patient>.", expression="patient")
    if query.record_number() and _is_known(caller, tenant, query):
        return _search_one(caller, tenant, query, purpose)
    return search_people(caller, tenant, query, purpose)


def _search_one(caller: Caller, tenant: UUID, query: Query, purpose: str | None) -> SearchResult:
    """The records of one person."""
    with deciding(tenant):
        person = _person(caller, tenant, query)
        if person is None:
            return _nothing(query)
        asked = ask(caller, tenant, person, purpose=purpose, interaction="search")
        selected = select(asked, query)
        rows = [*selected.page.rows, *selected.along]
        entered = enter(asked, selected.decisions, rows, categories=selected.categories)
        denied = denial(asked, entered, UnknownPerson(selectors.NOT_REGISTERED))
    if isinstance(denied, UnknownPerson) and not query.patient:
        return _nothing(query)
    if denied:
        raise denied
    records = release_all(asked, rows, entered.promise)
    size = len(selected.page.rows)
    included = records[size:]
    if query.includes:
        with tenant_scope(tenant):
            directory = including.directory_along(caller, query, records[:size])
        included += open_directory(caller, tenant, directory)
    if query.provenance:
        with tenant_scope(tenant):
            included += provenance_of(selected.page.rows)
    cursor = cursors.write(selected.page.next) if selected.page.next else None
    return SearchResult(records[:size], cursor, entered.decision, entered.promise, included, selected.total)


def _nothing(query: Query) -> SearchResult:
    return SearchResult([], total=0 if query.total else None)


def _search_directory(caller: Caller, tenant: UUID, query: Query) -> SearchResult:
    require_scope(caller, query.type, "search")
    with tenant_scope(tenant):
        conditions = query.conditions(tenant=tenant, person=None)
        page = storage.page(
            None,
            [query.type],
            conditions,
            permitted=None,
            order=query.order,
            after=query.after,
            limit=query.count,
        )
        total = storage.count(None, [query.type], conditions, permitted=None) if query.total else None
    records = open_directory(caller, tenant, page.rows)
    with tenant_scope(tenant):
        along = including.directory_along(caller, query, records)
    cursor = cursors.write(page.next) if page.next else None
    return SearchResult(records, cursor, included=open_directory(caller, tenant, along), total=total)


def _person(caller: Caller, tenant: UUID, query: Query) -> UUID | None:
    """Whose records are searched; None where one id is asked for that no record has. Raises UnknownPerson."""
    if query.patient:
        return selectors.person_registered(patient=query.patient)
    if query.one_id:
        row = storage.read(query.type, query.one_id)
        return row[0].header.person if row else None
    return selectors.person_registered(mrn=query.record_number())


def _is_known(caller: Caller, tenant: UUID, query: Query) -> bool:
    """Record numbers are short and can be guessed. Whoever may not look for patients by them learns of nobody but
    those they have to do with; the same is asked of the database for a number that exists and for one that does not.
    """
    with tenant_scope(tenant):
        try:
            person = selectors.person_registered(mrn=query.record_number())
        except UnknownPerson:
            person = NOBODY
        known = finds_by_number(caller, tenant) or person in related_to(caller, {person})
    return person != NOBODY and known
