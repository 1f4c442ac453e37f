"""Who may write what: the custodian's contracts decide for each person, her own staff keep its directory.

A change needs the permission to write what the record will be and, where there is one already, what it is: nobody
overwrites what they may not write, and nobody puts a record where they could not write it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from consent.facts import Decision, Decisions, ResourceFacts
from portal.accounts import selectors
from portal.accounts.identity import Caller
from portal.records import categories
from portal.records.access import (
    Asked,
    all_or_none,
    ask,
    circumstances,
    cited,
    decide,
    facts_of,
    refusal,
)
from portal.records.changes import Change
from portal.records.errors import RoleNeeded
from portal.records.index import references_in
from portal.records.kinds import KINDS
from portal.records.links import with_links
from portal.records.preparing import Prepared
from portal.records.scoping import SCOPES
from portal.records.sealed import Stored

KEEPERS = frozenset({"clinician", "administrator"})
REGISTERED = Decision(
    permitted=True, layer="base", code="registered", sentence="Registered as a patient of this organisation."
)
KEPT_BY = "The directory and the register of patients are kept by the organisation's own staff."
_NOT_HERS = "Here you change only what you report yourself: it names you, and nobody else, as who says so."


@dataclass
class Item:
    """A change under way. `before` is what is stored now, deleted or not; `person` is None in the directory."""

    index: int
    change: Change
    prepared: Prepared | None
    before: Stored | None = None
    row: UUID | None = None
    person: UUID | None = None
    registers: bool = False

    @property
    def own_before(self) -> Stored | None:
        """What is stored now, where it is this person's: of what is somebody else's nothing is decided or told here."""
        return self.before if self.before and self.before.header.person == self.person else None

    @property
    def facts(self) -> list[ResourceFacts]:
        """What is decided about: the record as it is, and as it will be."""
        found = [facts_of(self.own_before.header)] if self.own_before else []
        if one := self.prepared:
            start, until = one.span if one.span else (None, None)
            labels, refers = frozenset(one.labels), frozenset(references_in(one.resource))
            known = (start, one.author or None, until, refers, refers)
            found.append(ResourceFacts(one.type, one.id, one.category, labels, *known))
        return found


@dataclass(frozen=True)
class Verdict:
    """What was decided about one person's records. Without a question she is registered by this very change."""

    items: Sequence[Item]
    asked: Asked
    decisions: Decisions | None

    @property
    def decision(self) -> Decision:
        return cited(self.decisions) if self.decisions else REGISTERED

    @property
    def categories(self) -> set[str]:
        return {facts.category for item in self.items for facts in item.facts}


def may_keep(caller: Caller, tenant: UUID) -> None:
    """Raise RoleNeeded unless the caller may change the directory of `tenant` and register patients there."""
    caller.requires(SCOPES["write"])
    if caller.refused or caller.organisation != tenant or caller.role not in KEEPERS:
        raise RoleNeeded(KEPT_BY)


def judge(
    items: Iterable[Item], *, caller: Caller, tenant: UUID, purpose: str | None, interaction: str
) -> list[Verdict]:
    """The verdict for each person that these changes are about, under her lock."""
    by_person: dict[UUID, list[Item]] = {}
    for item in items:
        if item.person:
            by_person.setdefault(item.person, []).append(item)
    verdicts = []
    for person, those in sorted(by_person.items()):
        asked = ask(caller, tenant, person, purpose=purpose, interaction=interaction, action="write")
        facts = [one for item in those if not item.registers for one in item.facts]
        decisions = _by_author(asked, those, _decided(asked, facts)) if facts else None
        verdicts.append(Verdict(those, asked, decisions))
    return verdicts


def _decided(asked: Asked, facts: Sequence[ResourceFacts]) -> Decisions:
    under = circumstances(asked)
    return all_or_none(decide(asked, with_links(asked.person, facts, under.told), under))


def _by_author(asked: Asked, items: Sequence[Item], decisions: Decisions) -> Decisions:
    """The law lets a person write what she reports; that it is she who reports it, only the records say."""
    if asked.role != "patient" or cited(decisions).layer != "law":
        return decisions
    herself = f"Patient/{selectors.registration(person=asked.person).patient}"
    if all(_authors(item) == {herself} for item in items):
        return decisions
    no = refusal("not-author", _NOT_HERS)
    return replace(decisions, by_group=dict.fromkeys(decisions.by_group, no))


def _authors(item: Item) -> set[str]:
    """Everybody whom a record names as its author, before and after the change."""
    found = {item.own_before.header.author} if item.own_before else set()
    if item.prepared:
        resource = item.prepared.resource
        paths = KINDS[item.prepared.type].author
        named = {name for path in paths for name in categories.references(resource, path)}
        found |= named or {""}
    return found
