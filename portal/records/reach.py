"""How far somebody's access to a record reaches, by what contracts and policies say. The record itself is not asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from consent import vocabulary
from consent.circumstances import Circumstances
from consent.facts import Decision, Decisions, ResourceFacts
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.records import categories
from portal.records.access import Asked, ask, circumstances, cited, decide, group_facts
from portal.records.candidates import candidates
from portal.records.kinds import CLINICAL


@dataclass(frozen=True)
class Reach:
    """The decision for each category, in the order in which people see them; for what bears no sensitivity.

    `writable`: the types, each with a category, that may be written.
    """

    decisions: Mapping[str, Decision]
    writable: frozenset[tuple[str, str]] = frozenset()

    @property
    def open(self) -> list[str]:
        """The categories that may be opened, whether or not there is anything in them."""
        return [category for category, decision in self.decisions.items() if decision.permitted]

    @property
    def closed(self) -> list[str]:
        """The categories that stay closed, likewise."""
        return [category for category, decision in self.decisions.items() if not decision.permitted]


def reach(*, caller: Caller, tenant: UUID, person: UUID, purpose: str | None = None) -> Reach:
    """What the caller could open now. Nothing of the record is read or counted, so nothing is entered."""
    with tenant_scope(tenant):
        asked = ask(caller, tenant, person, purpose=purpose, interaction="reach")
        return reach_under(asked, circumstances(asked))


def reach_under(asked: Asked, under: Circumstances) -> Reach:
    """As `reach`, for who asks anyway, in the transaction in which these circumstances hold."""
    asked = replace(asked, interaction="reach")
    facts = [
        group_facts(kind, category)
        for category in vocabulary.CATEGORIES
        for kind in categories.types_of(category)
    ]
    decisions = decide(asked, facts, under)
    found = {category: _of(category, decisions) for category in vocabulary.CATEGORIES}
    return Reach(found, _writable(asked, facts, under))


def _writable(
    asked: Asked, facts: Sequence[ResourceFacts], under: Circumstances
) -> frozenset[tuple[str, str]]:
    """What is in force was looked up without regard to the action, so that it serves for a second question."""
    writing = replace(under, request=replace(under.request, action="write"))
    decisions = decide(replace(asked, action="write"), facts, writing)
    return frozenset((one.type, one.category) for one in facts if decisions.of(one).permitted)


def is_open(*, caller: Caller, tenant: UUID, person: UUID, category: str, purpose: str | None = None) -> bool:
    """Whether anything of a category may be read now, as `chart` would decide it. Nothing is opened or entered."""
    with tenant_scope(tenant):
        asked = ask(caller, tenant, person, purpose=purpose, interaction="reach")
        under = circumstances(asked)
        facts = {group_facts(kind, category) for kind in categories.types_of(category)}
        there = candidates(person, CLINICAL, (), under.told).facts
        decisions = decide(asked, facts | {one for one in there if one.category == category}, under)
    return decisions.any_permitted


def _of(category: str, decisions: Decisions) -> Decision:
    within = {group: decision for group, decision in decisions.by_group.items() if group.category == category}
    return cited(replace(decisions, by_group=within))
