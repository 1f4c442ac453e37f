"""What of one person's records a search takes, within the transaction that decides and enters it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from consent.facts import Decisions, Group
from portal.records import including, index, storage
from portal.records.access import Asked, circumstances, decide, group_facts
from portal.records.candidates import NOTHING, Permitted, candidates
from portal.records.kinds import KINDS
from portal.records.opening import open_rows
from portal.records.query import Query
from portal.records.sealed import Stored
from portal.records.storage import Condition, Page


@dataclass(frozen=True)
class Selected:
    """A page, what comes along with it, and the decisions that permit both."""

    page: Page
    along: list[Stored]
    decisions: Decisions
    total: int | None
    categories: tuple[str, ...]


def select(asked: Asked, query: Query) -> Selected:
    """Decide once for all groups that could be found, then take the page from those that are permitted."""
    categories = _categories(query)
    conditions = query.conditions(tenant=asked.tenant, person=asked.person)
    under = circumstances(asked)
    found = candidates(asked.person, [query.type], conditions, under.told)
    own = found.facts | {group_facts(query.type, category) for category in categories}
    types = including.types_of(query)
    along = candidates(asked.person, types, (), under.told) if types else NOTHING
    decisions = decide(asked, own | along.facts, under)
    conditions = [*conditions, *found.permitted(decisions).conditions]
    if not types and not query.beginnings and not query.total:
        return Selected(_page(asked, query, conditions, decisions), [], decisions, None, categories)
    decisions = _own_first(decisions, {one.group(decisions.told) for one in own})
    return _select_more(asked, query, conditions, decisions, along.permitted(decisions))


def _select_more(
    asked: Asked,
    query: Query,
    conditions: Sequence[Condition],
    decisions: Decisions,
    beside: Permitted,
) -> Selected:
    page = kept(query, asked.tenant, _page(asked, query, conditions, decisions))
    names = _permitted(query.type, decisions)
    total = storage.count(asked.person, [query.type], conditions, permitted=names) if query.total else None
    if query.total and query.beginnings:
        total = len(page.rows)  # a person has one Patient
    found = including.along(
        query, tenant=asked.tenant, person=asked.person, page=page.rows, permitted=set(beside.groups)
    )
    along = [row for row in found if beside.shows(row.header.type, row.header.id)]
    return Selected(page, along, decisions, total, _categories(query))


def _categories(query: Query) -> tuple[str, ...]:
    return tuple(sorted(query.named)) or KINDS[query.type].categories


def kept(query: Query, tenant: UUID, page: Page) -> Page:
    """Those of a page of Patients whose names begin as the search says: the index knows three letters of each."""
    if not query.beginnings:
        return page
    fitting = {
        record.id
        for record in open_rows(tenant, page.rows).records
        if all(index.begins(parameter, record.resource, words) for parameter, words in query.beginnings)
    }
    return Page([row for row in page.rows if row.header.id in fitting], page.next)


def _own_first(decisions: Decisions, own: set[Group]) -> Decisions:
    """What is cited is the decision about what was searched for; without a permit there, nothing comes along."""
    mine = {group: one for group, one in decisions.by_group.items() if group in own}
    if not any(one.permitted for one in mine.values()):
        return replace(decisions, by_group=mine)
    return replace(decisions, by_group=mine | dict(decisions.by_group))


def _page(asked: Asked, query: Query, conditions: Sequence[Condition], decisions: Decisions) -> Page:
    return storage.page(
        asked.person,
        [query.type],
        conditions,
        permitted=_permitted(query.type, decisions),
        order=query.order,
        after=query.after,
        limit=query.count,
    )


def _permitted(type_name: str, decisions: Decisions) -> list[str]:
    return [
        storage.group_name(group.category, group.labels)
        for group, decision in decisions.by_group.items()
        if decision.permitted and group.type == type_name
    ]
