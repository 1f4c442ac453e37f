"""What a search or a chart could show, as decisions tell it apart; and of that, what they permit."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from consent.facts import Decisions, Distinctions, ResourceFacts
from portal.records import storage
from portal.records.access import facts_of, group_facts
from portal.records.links import with_links
from portal.records.storage import Condition

Group = tuple[str, str, Sequence[str]]  # type, category, labels


@dataclass(frozen=True)
class Permitted:
    """`groups`: (type, group) as storage spells it. `places`: (type, id) of single records."""

    groups: frozenset[tuple[str, str]]
    places: frozenset[tuple[str, str]] | None = None

    @property
    def conditions(self) -> list[Condition]:
        """Which single records, where contracts name some."""
        return [] if self.places is None else [storage.among(self.places)]

    def shows(self, type_name: str, key: str) -> bool:
        """Whether a record of these groups may be shown."""
        return self.places is None or (type_name, key) in self.places


@dataclass(frozen=True)
class Candidates:
    """One fact for each group of records, or for each record where contracts tell single records apart."""

    facts: frozenset[ResourceFacts]
    single: bool

    def permitted(self, decisions: Decisions) -> Permitted:
        """What of it may be shown. What was not decided about is not."""
        shown = [one for one in self.facts if _is_permitted(one, decisions)]
        groups = frozenset((one.type, storage.group_name(one.category, one.labels)) for one in shown)
        if not self.single:
            return Permitted(groups)
        return Permitted(groups, frozenset((one.type, one.id) for one in shown))

    def counts(self, decisions: Decisions, groups: Iterable[tuple[Group, int]]) -> Counter[str]:
        """How many of each category may be shown; `groups` says how many there are of each."""
        if self.single:
            return Counter(one.category for one in self.facts if _is_permitted(one, decisions))
        counts: Counter[str] = Counter()
        for group, number in groups:
            if _is_permitted(group_facts(*group), decisions):
                counts[group[1]] += number
        return counts


NOTHING = Candidates(frozenset(), single=False)


def candidates(
    person: UUID,
    types: Collection[str],
    conditions: Sequence[Condition],
    told: Distinctions,
    *,
    known: Iterable[Group] | None = None,
) -> Candidates:
    """What a search finds. Under the person's lock: `told` is what `access.circumstances` said in this transaction.
    `known`: the groups, if somebody has counted them already."""
    if not told:
        found = storage.groups(person, types, conditions) if known is None else known
        return Candidates(frozenset(group_facts(*group) for group in found), single=False)
    single = [facts_of(header) for header in storage.headers(person, types, conditions)]
    return Candidates(frozenset(with_links(person, single, told)), single=True)


def _is_permitted(one: ResourceFacts, decisions: Decisions) -> bool:
    decision = decisions.by_group.get(one.group(decisions.told))
    return decision is not None and decision.permitted
