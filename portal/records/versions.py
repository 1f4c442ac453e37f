"""Which versions of records could be shown, as decisions tell them apart; and of those, which they permit.

A version is decided by what it was, and by what its record is now. Whoever raised a label, moved the record to a
closed category or into a closed period, or refused it by name, meant what was written before as well; whoever refused
what is linked with a record meant the versions after the link was dropped, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection

from consent.facts import Decisions, Distinctions, ResourceFacts
from ledger.scope import current_tenant
from portal.records.access import facts_of, group_facts
from portal.records.links import with_former_links, with_links
from portal.records.sealed import Header
from portal.records.storage import Condition

FROM = """
FROM records_resource r JOIN records_version v
  ON v.tenant_id = r.tenant_id AND v.type = r.type AND v.fhir_id = r.fhir_id
"""
# What a version and its record are labelled, spelled as one value.
_PAIR = (
    "v.category || ':' || array_to_string(v.labels, ',') || '|' || r.category || ':' "
    "|| array_to_string(r.labels, ',')"
)
_GROUPS = f"SELECT DISTINCT {_PAIR}, r.type, v.category, v.labels, r.category, r.labels {FROM}"
_SINGLE = f"""
SELECT r.type, r.fhir_id, v.version, v.category, v.labels, v.date, v.until, v.author,
  r.version, r.category, r.labels, r.date, r.until, r.author {FROM}
"""
_AMONG = "(v.fhir_id, v.version) IN (SELECT * FROM unnest(%s::text[], %s::int4[]))"


@dataclass(frozen=True)
class Versions:
    """What is decided of each group of versions, or of each version where contracts tell single records apart."""

    groups: Mapping[str, frozenset[ResourceFacts]]
    single: Mapping[tuple[str, int], frozenset[ResourceFacts]]  # by id and version

    @property
    def facts(self) -> frozenset[ResourceFacts]:
        return frozenset().union(*self.groups.values(), *self.single.values())

    def permitted(self, decisions: Decisions) -> Condition:
        """Those that may be shown: all that is decided of them is permitted."""
        if self.single:
            shown = [place for place, facts in self.single.items() if _permitted(facts, decisions)]
            return Condition(_AMONG, [[key for key, _ in shown], [version for _, version in shown]])
        names = [name for name, facts in self.groups.items() if _permitted(facts, decisions)]
        return Condition(f"{_PAIR} = ANY(%s)", [names])


def versions(person: UUID, where: Condition, told: Distinctions) -> Versions:
    """The versions of records of one type and `person` that fit. Under the person's lock, as `candidates`."""
    if told:
        return Versions({}, _single(person, where, told))
    rows = _query(_GROUPS, where)
    return Versions({name: frozenset(_group(*labelled)) for name, *labelled in rows}, {})


def facts_of_version(header: Header, current: Header) -> frozenset[ResourceFacts]:
    """What is decided of a version that was stored like `header`, of a record that is like `current` now."""
    labels = frozenset(header.labels) | frozenset(current.labels)
    return frozenset(replace(facts_of(one), labels=labels) for one in (header, current))


def _group(
    kind: str, category: str, labels: Sequence[str], now: str, labels_now: Sequence[str]
) -> set[ResourceFacts]:
    both = {*labels, *labels_now}
    return {group_facts(kind, category, both), group_facts(kind, now, both)}


def _single(
    person: UUID, where: Condition, told: Distinctions
) -> dict[tuple[str, int], frozenset[ResourceFacts]]:
    tenant = current_tenant()
    plain, former = {}, set()
    for kind, key, *clear in _query(_SINGLE, where):
        then = Header(tenant, person, kind, key, *clear[:6])
        now = Header(tenant, person, kind, key, *clear[6:])
        plain[key, then.version] = facts_of_version(then, now)
        if then.version != now.version:
            former.add((key, then.version))
    every = frozenset().union(*plain.values())
    before = frozenset().union(*(plain[place] for place in former))
    links = dict(zip(every, with_links(person, every, told), strict=True))
    ever = dict(zip(before, with_former_links(person, before, told), strict=True))
    return {
        place: frozenset(links[one] for one in facts)
        | (frozenset(ever[one] for one in facts) if place in former else frozenset())
        for place, facts in plain.items()
    }


def _permitted(facts: frozenset[ResourceFacts], decisions: Decisions) -> bool:
    return all(decisions.of(one).permitted for one in facts)


def _query(statement: str, where: Condition) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} WHERE {where.sql}", where.parameters)
        return list(cursor.fetchall())
