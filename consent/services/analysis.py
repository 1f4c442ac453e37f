"""Who could see what, today and why; and what would change. Asked of the engine itself, for everybody who is named.

Nothing is read and nobody looks, so that nothing is entered. For everybody whom a contract in force (or about to be)
names, for the custodian's own clinicians and for whoever breaks the glass, the question that they would ask is put.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from consent import engine
from consent.emergency import LONGEST
from consent.facts import AccessRequest, Decision, Emergency, Layer, ResourceFacts
from consent.grantee import Grantee
from consent.sentence import Display
from consent.services.standing import SOMEBODY, Standing, extra_of, standings
from consent.sources import open_between
from consent.terms import Terms
from ledger.scope import current_tenant, tenant_scope

OWN_STAFF, IN_EMERGENCY = "own-staff", "emergency"


@dataclass(frozen=True)
class Onlooker:
    """Who would look: as a contract names them, or `own-staff` of the custodian, or whoever breaks the glass."""

    kind: str
    id: UUID
    organisation: UUID | None = None
    role: str = "clinician"


@dataclass(frozen=True)
class Sight:
    """That an onlooker can read something of a category now. `contract` and `sentence` of what permits it."""

    onlooker: Onlooker
    category: str
    purposes: tuple[str, ...]
    layer: Layer
    sentence: str
    contract: UUID | None
    ends: datetime | None


@dataclass(frozen=True)
class Change:
    """What signing would do for one onlooker: categories that they gain, and that they lose."""

    onlooker: Onlooker
    gains: tuple[str, ...]
    loses: tuple[str, ...]


def who_could_see(*, person: UUID, resources: Collection[ResourceFacts]) -> list[Sight]:
    """Who could read which category of these (groups of) records now, in the custodian's open scope.

    Those named first by a contract come first, then the custodian's own staff, then the emergency.
    """
    return who_could_see_each(person=person, custodians=[current_tenant()], resources=resources)[0]


def who_could_see_each(
    *, person: UUID, custodians: Sequence[UUID], resources: Collection[ResourceFacts]
) -> list[list[Sight]]:
    """The same at each of these custodians, in their order and in one statement, in no scope or in any."""
    return [list(_sights(standing, resources)) for standing in standings(person, custodians)]


def what_changes(
    *,
    person: UUID,
    offers: Sequence[tuple[Terms, Display]],
    resources: Collection[ResourceFacts],
    supersedes: UUID | None = None,
) -> list[Change]:
    """What contracts with these terms would change, by onlooker and category; nobody whom they leave as they are.

    Asked in the person's own scope, of all custodians at once. `supersedes`: a contract that would end with it.
    """
    extras = {terms.custodian: extra_of(person, terms, display) for terms, display in offers}
    changes = []
    for standing in standings(person, list(extras)):
        before = _categories(_sights(standing, resources))
        after = _categories(_sights(standing.changed(extras[standing.tenant], without=supersedes), resources))
        for onlooker in dict.fromkeys([*before, *after]):
            had, has = before.get(onlooker, set()), after.get(onlooker, set())
            if had != has:
                changes.append(Change(onlooker, tuple(sorted(has - had)), tuple(sorted(had - has))))
    return changes


def _sights(standing: Standing, resources: Collection[ResourceFacts]) -> Iterator[Sight]:
    for onlooker, purposes in _onlookers(standing):
        seen: dict[str, list[tuple[str, Decision]]] = {}
        for purpose in purposes:
            for category, decision in _asked(standing, onlooker, purpose, resources):
                seen.setdefault(category, []).append((purpose, decision))
        for category, found in seen.items():
            decision = found[0][1]
            yield Sight(
                onlooker=onlooker,
                category=category,
                purposes=tuple(dict.fromkeys(purpose for purpose, _ in found)),
                layer=decision.layer,
                sentence=decision.sentence,
                contract=decision.contract,
                ends=decision.ends,
            )


def _onlookers(standing: Standing) -> Iterable[tuple[Onlooker, Sequence[str]]]:
    """Who might look, and what for."""
    found: dict[Onlooker, set[str]] = {}
    for terms in standing.named:
        if terms.effect == "permit" and "read" in terms.actions:
            found.setdefault(_onlooker(terms.grantee), set()).update(terms.purposes)
    yield from ((who, sorted(purposes)) for who, purposes in found.items())
    yield Onlooker(OWN_STAFF, SOMEBODY, standing.tenant), ("TREAT",)
    yield Onlooker(IN_EMERGENCY, SOMEBODY, SOMEBODY), ("BTG",)


def _onlooker(grantee: Grantee) -> Onlooker:
    organisation = grantee.organisation
    if grantee.kind in ("organisation", "role"):
        organisation = grantee.id
    elif grantee.kind in ("team", "group"):
        organisation = SOMEBODY
    return Onlooker(grantee.kind, grantee.id, organisation, grantee.acts_as)


def _asked(
    standing: Standing, onlooker: Onlooker, purpose: str, resources: Collection[ResourceFacts]
) -> Iterator[tuple[str, Decision]]:
    """The categories of which something is permitted, each with the decision that says so."""
    request, in_force = _request(standing, onlooker, purpose), standing.in_force
    if onlooker.kind == IN_EMERGENCY:
        in_force = replace(in_force, emergency=_emergency(standing.person, standing.now))
    if any(terms.during for terms in standing.named):
        with tenant_scope(standing.tenant):
            request = replace(request, open=open_between(standing.person, onlooker.organisation))
    decisions = engine.decide(request, resources, in_force, now=standing.now)
    for resource in resources:
        decision = decisions.of(resource)
        if decision.permitted:
            yield resource.category, decision


def _request(standing: Standing, onlooker: Onlooker, purpose: str) -> AccessRequest:
    """As strongly signed in as anybody can be."""
    by_themselves = onlooker.kind in ("practitioner", "application", "person")
    return AccessRequest(
        actor=onlooker.id if by_themselves else SOMEBODY,
        person=standing.person,
        custodian=standing.tenant,
        organisation=onlooker.organisation,
        role=onlooker.role,
        action="read",
        purpose=purpose,
        strong=True,
        is_self=False,
        teams=frozenset({onlooker.id} if onlooker.kind == "team" else ()),
        groups=frozenset({onlooker.id} if onlooker.kind == "group" else ()),
    )


def _emergency(person: UUID, now: datetime) -> Emergency:
    return Emergency(SOMEBODY, SOMEBODY, SOMEBODY, person, now - timedelta(seconds=1), now + LONGEST)


def _categories(sights: Iterable[Sight]) -> dict[Onlooker, set[str]]:
    found: dict[Onlooker, set[str]] = {}
    for sight in sights:
        found.setdefault(sight.onlooker, set()).add(sight.category)
    return found
