"""What a contract would show: counts by category, before anybody signs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from consent import vocabulary
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.design.vocabulary import CATEGORIES
from portal.records import storage
from portal.records.access import ask, decide, group_facts
from portal.records.kinds import CLINICAL
from portal.records.outlines import Outline


@dataclass
class Count:
    """How many records of a category: without any mark, and by the sensitivity that they bear."""

    category: str
    title: str
    ordinary: int = 0
    marked: dict[str, int] = field(default_factory=dict)  # a record with two marks counts under both
    sensitive: int = 0  # records with any mark

    @property
    def total(self) -> int:
        return self.ordinary + self.sensitive


def preview(
    *, caller: Caller, tenant: UUID, person: UUID, categories: Collection[str] | None = None
) -> list[Count]:
    """The counts behind "what would they see?", of what the caller may see herself. Opens nothing, so enters nothing.

    Empty categories are included, in the order in which people see them. Raises UnknownCategory.
    """
    wanted = [vocabulary.category(name) for name in categories or vocabulary.CATEGORIES]
    counts = {name: Count(name, CATEGORIES[name]) for name in wanted}
    with tenant_scope(tenant):
        groups = [row for row in storage.count_groups(person, CLINICAL) if row[1] in counts]
        facts = {group_facts(kind, category, labels) for kind, category, labels, _ in groups}
        asked = ask(caller, tenant, person, purpose=None, interaction="preview")
        decisions = decide(asked, facts) if facts else None
    for kind, category, labels, number in groups:
        if decisions and decisions.of(group_facts(kind, category, labels)).permitted:
            _add(counts[category], labels, number)
    return list(counts.values())


def own_preview(outlines: Sequence[Outline], *, named: Collection[str] = ()) -> list[Count]:
    """As `preview` of one's own record at several organisations, from outlines that were read already; asks nothing.

    `named`: the labels that a contract reaches, so that what bears no other counts as ordinary.
    """
    counts = {name: Count(name, words) for name, words in CATEGORIES.items()}
    for outline in outlines:
        for (_kind, category, labels), number in outline.groups:
            _add(counts[category], labels, number, named)
    return list(counts.values())


def _add(count: Count, labels: Collection[str], number: int, named: Collection[str] = ()) -> None:
    level, borne = vocabulary.grade(labels)
    highest = max(
        (vocabulary.LEVELS[code] for code in named if code in vocabulary.LEVELS),
        default=vocabulary.LEVELS["N"],
    )
    if borne:  # naming a sensitivity names what is restricted for its sake
        highest = max(highest, vocabulary.LEVELS["R"])
    if level <= highest and set(borne) <= set(vocabulary.covered(named)):
        count.ordinary += number
        return
    count.sensitive += number
    for label in labels:
        count.marked[label] = count.marked.get(label, 0) + number
