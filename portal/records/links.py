"""Which records refer to which, where a contract names records: now, from the search index, without opening any.

What a record referred to before stands in its former versions alone. These are opened for it, only where one of them is
asked for and a contract names what is linked; nothing of them but the references is looked at.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from django.db import connection

from consent.facts import Distinctions, ResourceFacts
from ledger.scope import current_tenant
from portal.records import index, storage
from portal.records.opening import open_rows

REFERRING = """
SELECT t.digest, r.type, r.fhir_id FROM records_token t JOIN records_resource r
  ON r.tenant_id = t.tenant_id AND r.id = t.resource
WHERE t.tenant_id = %s AND t.digest = ANY(%s)
"""

Pair = tuple[str, str]
"""A reference, and the reference that it is made in."""


def with_links(person: UUID, facts: Iterable[ResourceFacts], told: Distinctions) -> list[ResourceFacts]:
    """These facts with the links that contracts in force tell records apart by. In the tenant's scope."""
    found, named = list(facts), told.related | told.dependents
    known = {_reference(one) for one in found if one.id}
    if not named or not known:
        return found
    to_named = _made(person, sources={one.type for one in found}, targets=named)
    backwards = _made(person, sources={one.partition("/")[0] for one in told.related}, targets=known)
    from_named = {(target, source) for target, source in backwards if source in told.related}
    return [_linked(one, to_named, from_named) for one in found]


def with_former_links(
    person: UUID, facts: Iterable[ResourceFacts], told: Distinctions
) -> list[ResourceFacts]:
    """These facts with the links that any version of the records ever made: for former versions, beside `with_links`.

    A refusal of what is linked with a record then holds for the versions before and after the link was dropped, while
    a permit needs the link of today, too.
    """
    found, named = list(facts), told.related | told.dependents
    known = {_reference(one) for one in found if one.id}
    if not named or not known:
        return found
    made = _ever_made(person, known | told.related, named | known)
    to_named = {(target, source) for target, source in made if target in named}
    from_named = {(target, source) for target, source in made if source in told.related}
    return [_linked(one, to_named, from_named) for one in found]


def _ever_made(person: UUID, sources: Collection[str], targets: Collection[str]) -> set[Pair]:
    """What does not open counts as referring to everything that is named: nobody can say that it does not."""
    places = [(kind, key) for kind, _, key in (one.partition("/") for one in sources)]
    opened = open_rows(current_tenant(), storage.every_version(person, places))
    made = {
        (target, f"{one.type}/{one.id}")
        for one in opened.records
        for target in index.references_in(one.resource)
        if target in targets
    }
    shut = {f"{row.header.type}/{row.header.id}" for row in opened.tampered}
    return made | {(target, source) for target in targets for source in shut}


def _linked(one: ResourceFacts, to_named: set[Pair], from_named: set[Pair]) -> ResourceFacts:
    own = _reference(one)
    refers = one.refers | {target for target, source in to_named if source == own}
    referring = {source for target, source in from_named if target == own}
    return replace(one, refers=refers, linked=refers | referring)


def _made(person: UUID, *, sources: Collection[str], targets: Collection[str]) -> set[Pair]:
    """(target, source) of every reference to one of these targets that a record of these types makes."""
    tenant = current_tenant()
    digests = {}
    for kind in sources:
        key = index.key_for(kind, tenant=tenant, person=person)
        for target in targets:
            digests[index.digest(key, kind, index.LINK, target)] = target
    with connection.cursor() as cursor:
        cursor.execute(REFERRING, [tenant, list(digests)])
        return {(digests[bytes(digest)], f"{kind}/{key}") for digest, kind, key in cursor.fetchall()}


def _reference(one: ResourceFacts) -> str:
    return f"{one.type}/{one.id}"
