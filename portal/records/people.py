"""Searching among patients: those that the caller has to do with, each by a decision of her own."""

from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from consent import selectors as consent
from consent.facts import Decisions
from portal.accounts.identity import Caller
from portal.records import cursors, storage
from portal.records.access import Asked, ask, decide, deciding, enter, facts_of
from portal.records.errors import InvalidSearch
from portal.records.opening import release_all
from portal.records.patients import all_related
from portal.records.query import Query
from portal.records.result import SearchResult
from portal.records.scoping import require_scope
from portal.records.sealed import Stored
from portal.records.selecting import kept
from portal.records.storage import ANYBODY, Place

BATCH = 50


def search_people(caller: Caller, tenant: UUID, query: Query, purpose: str | None) -> SearchResult:
    """The Patients that fit among those whom the caller has to do with and may read, and nobody else.

    Each who is shown is told by an entry of her own. Whom this leaves out is not told of, nor told. Raises
    ScopeMissing, InvalidSearch, RecordTampered.
    """
    require_scope(caller, query.type, "search")
    if query.includes or query.included_by:
        raise InvalidSearch("Name one patient to have more come along: _id=<id>.", expression="_include")
    with deciding(tenant):
        permitted = _permitted(caller, tenant, query, purpose)
        found = list(permitted if query.total else islice(permitted, query.count + 1))
        shown = [
            (asked, row, enter(asked, decisions, [row], categories={row.header.category}))
            for asked, row, decisions in found[: query.count]
        ]
    records = [
        record for asked, row, entered in shown for record in release_all(asked, [row], entered.promise)
    ]
    more = len(found) > query.count and shown
    first = shown[0][2] if shown else None
    return SearchResult(
        records,
        cursors.write(_place(query, shown[-1][1])) if more else None,
        first.decision if first else None,
        first.promise if first else None,
        total=len(found) if query.total else None,
    )


def _permitted(
    caller: Caller, tenant: UUID, query: Query, purpose: str | None
) -> Iterator[tuple[Asked, Stored, Decisions]]:
    """The Patients that fit and may be read, in order, from where the page before ended."""
    among = _among(caller, tenant)
    conditions = query.conditions(tenant=tenant, person=None)
    after, more = query.after, bool(among)
    while more:
        page = storage.page(
            among, ["Patient"], conditions, permitted=None, order=query.order, after=after, limit=BATCH
        )
        for row in kept(query, tenant, page).rows:
            assert row.header.person is not None  # noqa: S101 - a constraint of the table
            asked = ask(caller, tenant, row.header.person, purpose=purpose, interaction="search")
            decisions = decide(asked, [facts_of(row.header)])
            if decisions.any_permitted:
                yield asked, row, decisions
        after, more = page.next, page.next is not None


def _among(caller: Caller, tenant: UUID) -> set[UUID] | str:
    """Among whom is searched: where clinicians read without a contract, among all patients of theirs."""
    own = caller.organisation == tenant and caller.role == "clinician"
    return ANYBODY if own and consent.base_policy()[1] == "opt-out-treatment" else all_related(caller)


def _place(query: Query, row: Stored) -> Place:
    """Where the page ends. A Patient has no time of its own but that of its storing."""
    return Place(query.sort, row.created if query.sort == "_lastUpdated" else None, row.header.id)
