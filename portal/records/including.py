"""What comes along with a search: `_include` follows references out of its page, `_revinclude` those into it."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from portal.accounts.identity import Caller
from portal.records import index, storage
from portal.records.elements import at_path, place_of
from portal.records.kinds import DIRECTORY
from portal.records.matching import Tokens, order
from portal.records.opening import Record, open_rows
from portal.records.query import Query
from portal.records.scoping import has_scope
from portal.records.sealed import Stored
from portal.records.storage import MOST_INCLUDED

Groups = Collection[tuple[str, str]]  # (type, name of a group) that are permitted


def types_of(query: Query) -> set[str]:
    """The types of patients' records that may come along: decided on beforehand, with all others."""
    followed = {target for parameter in query.includes for target in parameter.targets}
    return (followed | {source for source, _ in query.included_by}) - DIRECTORY


def along(
    query: Query, *, tenant: UUID, person: UUID, page: Sequence[Stored], permitted: Groups
) -> list[Stored]:
    """What comes along with a page of a person's records, as far as it is permitted, in the tenant's scope.

    The page is opened to read its references; what is found is entered with it before anything is shown.
    """
    if not page or not (query.includes or query.included_by):
        return []
    own = {(row.header.type, row.header.id) for row in page}
    places = _followed(query, open_rows(tenant, page).records) - own
    rows = storage.at_places(person, {one for one in places if one[0] not in DIRECTORY}, permitted=permitted)
    rows += _leading(query, tenant, person, page, permitted)
    found = {(row.header.type, row.header.id): row for row in rows}
    return [row for place, row in found.items() if place not in own]


def directory_along(caller: Caller, query: Query, records: Iterable[Record]) -> list[Stored]:
    """The entries of the directory that come along, which nobody is asked about, as far as the token reaches."""
    followed = _followed(query, records)
    places = {one for one in followed if one[0] in DIRECTORY and has_scope(caller, one[0], "read")}
    return storage.at_places(None, places, permitted=None) if places else []


def _followed(query: Query, records: Iterable[Record]) -> set[tuple[str, str]]:
    return {
        (kind, key)
        for record in records
        for parameter in query.includes
        for path in parameter.paths
        for element in at_path(record.resource, path)
        for kind, _, key in [place_of(element).partition("/")]
        if kind in parameter.targets
    }


def _leading(
    query: Query, tenant: UUID, person: UUID, page: Sequence[Stored], permitted: Groups
) -> list[Stored]:
    rows: list[Stored] = []
    places = [f"{row.header.type}/{row.header.id}" for row in page]
    for source, parameter in query.included_by:
        key = index.key_for(source, tenant=tenant, person=person)
        found = storage.page(
            person,
            [source],
            [Tokens(parameter.name, places).condition(key, source)],
            permitted=[name for kind, name in permitted if kind == source],
            order=order(source, "date", ascending=False),
            after=None,
            limit=MOST_INCLUDED,
        )
        rows += found.rows
    return rows
