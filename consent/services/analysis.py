"""Who could see what, today and why; and what would change. Asked of the engine itself, for everybody who is named.

Nothing is read and nobody looks, so that nothing is entered. For everybody whom a contract in force (or about to be)
names, for the custodian's own clinicians and for whoever breaks the glass, the question that they would ask is put.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from consent import engine
from consent.compiler import compile_contract, counter_of
from consent.emergency import LONGEST
from consent.facts import AccessRequest, Decision, Emergency, Layer, ResourceFacts
from consent.grantee import Grantee
from consent.in_force import ContractInForce, Counter, InForce, distinctions
from consent.models import CONSENT, Contract, State
from consent.policy_sets import Code
from consent.sentence import Display
from consent.services.decisions import circumstances
from consent.services.stored_code import StoredCode, contract_code
from consent.sources import open_between
from consent.terms import Terms, from_json
from ledger.scope import current_tenant

SOMEBODY = UUID(int=0)
"""Stands for whoever acts for an organisation: nobody has this id."""
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


@dataclass(frozen=True)
class _Extra:
    """A contract that is not in force yet, as if it were."""

    terms: Terms
    contract: ContractInForce


@dataclass(frozen=True)
class _Standing:
    """What is in force for a person, and the terms by which onlookers are named."""

    person: UUID
    in_force: InForce
    named: list[Terms]
    now: datetime


def who_could_see(*, person: UUID, resources: Collection[ResourceFacts]) -> list[Sight]:
    """Who could read which category of these (groups of) records now, in the custodian's open scope.

    Those named first by a contract come first, then the custodian's own staff, then the emergency.
    """
    return list(_sights(person, resources, None))


def what_changes(
    *, person: UUID, terms: Terms, display: Display, resources: Collection[ResourceFacts]
) -> list[Change]:
    """What a contract with these terms would change, by onlooker and category; nobody whom it leaves as they are."""
    extra = _extra(person, terms, display)
    before = _categories(_sights(person, resources, None))
    after = _categories(_sights(person, resources, extra))
    changes = []
    for onlooker in dict.fromkeys([*before, *after]):
        had, has = before.get(onlooker, set()), after.get(onlooker, set())
        if had != has:
            changes.append(Change(onlooker, tuple(sorted(has - had)), tuple(sorted(had - has))))
    return changes


def _sights(person: UUID, resources: Collection[ResourceFacts], extra: _Extra | None) -> Iterator[Sight]:
    standing = _standing(person, extra)
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


def _standing(person: UUID, extra: _Extra | None) -> _Standing:
    """All that is in force for the person, whomever it names: contracts that do not fit an onlooker say nothing."""
    under = circumstances(request=_request(person, Onlooker(OWN_STAFF, SOMEBODY), "TREAT"))
    rows = Contract.objects.filter(
        tenant_id=current_tenant(), person=person, state=State.ACTIVE, ends__gt=under.now
    )
    stored = [(row, contract_code(row.code_hash)) for row in rows]
    contracts = [_stored(row, code) for row, code in stored]
    named = [from_json(row.terms) for row, _ in stored if row.grantee_kind != CONSENT]
    if extra is not None:
        contracts.append(extra.contract)
        named.append(extra.terms)
    return _Standing(
        person, replace(under.in_force, contracts=tuple(contracts), emergency=None), named, under.now
    )


def _onlookers(standing: _Standing) -> Iterable[tuple[Onlooker, Sequence[str]]]:
    """Who might look, and what for."""
    found: dict[Onlooker, set[str]] = {}
    for terms in standing.named:
        if terms.effect == "permit" and "read" in terms.actions:
            found.setdefault(_onlooker(terms.grantee), set()).update(terms.purposes)
    yield from ((who, sorted(purposes)) for who, purposes in found.items())
    yield Onlooker(OWN_STAFF, SOMEBODY, current_tenant()), ("TREAT",)
    yield Onlooker(IN_EMERGENCY, SOMEBODY, SOMEBODY), ("BTG",)


def _onlooker(grantee: Grantee) -> Onlooker:
    organisation = grantee.organisation
    if grantee.kind in ("organisation", "role"):
        organisation = grantee.id
    elif grantee.kind in ("team", "group"):
        organisation = SOMEBODY
    return Onlooker(grantee.kind, grantee.id, organisation, grantee.acts_as)


def _asked(
    standing: _Standing, onlooker: Onlooker, purpose: str, resources: Collection[ResourceFacts]
) -> Iterator[tuple[str, Decision]]:
    """The categories of which something is permitted, each with the decision that says so."""
    request, in_force = _request(standing.person, onlooker, purpose), standing.in_force
    if onlooker.kind == IN_EMERGENCY:
        in_force = replace(in_force, emergency=_emergency(standing.person, standing.now))
    if any(terms.during for terms in standing.named):
        request = replace(request, open=open_between(standing.person, onlooker.organisation))
    decisions = engine.decide(request, resources, in_force, now=standing.now)
    for resource in resources:
        decision = decisions.of(resource)
        if decision.permitted:
            yield resource.category, decision


def _request(person: UUID, onlooker: Onlooker, purpose: str) -> AccessRequest:
    """As strongly signed in as anybody can be."""
    by_themselves = onlooker.kind in ("practitioner", "application", "person")
    return AccessRequest(
        actor=onlooker.id if by_themselves else SOMEBODY,
        person=person,
        custodian=current_tenant(),
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


def _stored(row: Contract, found: StoredCode) -> ContractInForce:
    counter = Counter(found.counter) if found.counter else None
    return ContractInForce(row.id, found.code, found.ends, found.sentence, found.duties, found.told, counter)


def _extra(person: UUID, terms: Terms, display: Display) -> _Extra:
    code = compile_contract(terms, person=person, display=display)
    counter = Counter(counter_of(terms, person=person)) if terms.counted else None
    held = ContractInForce(
        SOMEBODY,
        Code(code.code_hash, code.cedar),
        terms.ends,
        code.sentence,
        terms.duties,
        distinctions(terms),
        counter,
    )
    return _Extra(terms, held)


def _categories(sights: Iterable[Sight]) -> dict[Onlooker, set[str]]:
    found: dict[Onlooker, set[str]] = {}
    for sight in sights:
        found.setdefault(sight.onlooker, set()).add(sight.category)
    return found
