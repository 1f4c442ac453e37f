"""Who could see what, today and why; and what would change. Asked of the engine itself, for everybody who is named.

Nothing is read and nobody looks, so that nothing is entered. For everybody whom a contract in force (or about to be)
names, for the custodian's own clinicians and for whoever breaks the glass, the question that they would ask is put.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from consent import engine
from consent.circumstances import Circumstances
from consent.compiler import compile_contract, counter_of
from consent.emergency import LONGEST
from consent.facts import AccessRequest, Decision, Emergency, Layer, ResourceFacts
from consent.grantee import Grantee
from consent.in_force import ContractInForce, Counter, distinctions
from consent.models import CONSENT, Contract, State
from consent.policy_sets import Code
from consent.sentence import Display
from consent.services.decisions import circumstances
from consent.services.order import clock
from consent.services.stored_code import contract_code
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
    for onlooker, purposes, own in _onlookers(person, extra):
        seen: dict[str, list[tuple[str, Decision]]] = {}
        for purpose in purposes:
            for category, decision in _asked(
                person, onlooker, purpose, own=own, resources=resources, extra=extra
            ):
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


def _onlookers(
    person: UUID, extra: _Extra | None
) -> Iterable[tuple[Onlooker, Sequence[str], tuple[ContractInForce, ...]]]:
    """Who might look, what for, and contracts that only their team or group brings in."""
    tenant = current_tenant()
    found: dict[Onlooker, tuple[set[str], list[ContractInForce]]] = {}
    for row in Contract.objects.filter(tenant_id=tenant, person=person, state=State.ACTIVE, ends__gt=clock()):
        if row.grantee_kind != CONSENT:
            _name(found, from_json(row.terms), _stored(row))
    if extra is not None:
        _name(found, extra.terms, extra.contract)
    yield from ((who, sorted(purposes), tuple(own)) for who, (purposes, own) in found.items())
    yield Onlooker(OWN_STAFF, SOMEBODY, tenant), ("TREAT",), ()
    yield Onlooker(IN_EMERGENCY, SOMEBODY, SOMEBODY), ("BTG",), ()


def _name(
    found: dict[Onlooker, tuple[set[str], list[ContractInForce]]], terms: Terms, contract: ContractInForce
) -> None:
    if terms.effect != "permit" or "read" not in terms.actions:
        return
    purposes, own = found.setdefault(_onlooker(terms.grantee), (set(), []))
    purposes.update(terms.purposes)
    if terms.grantee.kind in ("team", "group"):
        own.append(contract)


def _onlooker(grantee: Grantee) -> Onlooker:
    organisation = grantee.organisation
    if grantee.kind in ("organisation", "role"):
        organisation = grantee.id
    elif grantee.kind in ("team", "group"):
        organisation = SOMEBODY
    return Onlooker(grantee.kind, grantee.id, organisation, grantee.acts_as)


def _asked(
    person: UUID,
    onlooker: Onlooker,
    purpose: str,
    *,
    own: tuple[ContractInForce, ...],
    resources: Collection[ResourceFacts],
    extra: _Extra | None,
) -> Iterator[tuple[str, Decision]]:
    """The categories of which something is permitted, each with the decision that says so."""
    under = circumstances(request=_request(person, onlooker, purpose))
    contracts = {item.contract: item for item in (*under.in_force.contracts, *own)}
    if extra is not None:
        contracts[extra.contract.contract] = extra.contract
    in_force = replace(
        under.in_force,
        contracts=tuple(contracts.values()),
        emergency=_emergency(person, under.now) if onlooker.kind == IN_EMERGENCY else None,
    )
    request = _with_parties(under, onlooker)
    decisions = engine.decide(request, resources, in_force, now=under.now)
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
    )


def _with_parties(under: Circumstances, onlooker: Onlooker) -> AccessRequest:
    if onlooker.kind == "team":
        return replace(under.request, teams=frozenset({onlooker.id}))
    if onlooker.kind == "group":
        return replace(under.request, groups=frozenset({onlooker.id}))
    return under.request


def _emergency(person: UUID, now: datetime) -> Emergency:
    return Emergency(SOMEBODY, SOMEBODY, SOMEBODY, person, now - timedelta(seconds=1), now + LONGEST)


def _stored(row: Contract) -> ContractInForce:
    found = contract_code(row.code_hash)
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
