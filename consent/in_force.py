"""What a decision is made under: the contracts, the emergency session and the base policy of one instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from consent.emergency_rule import EMERGENCY
from consent.facts import NONE, Distinctions, Emergency, Layer
from consent.policy_sets import Code
from consent.terms import Terms


@dataclass(frozen=True)
class Counter:
    """How often a contract was used, by the name under which its code asks. `today`: on the decision's day, UTC."""

    name: str
    total: int = 0
    today: int = 0


@dataclass(frozen=True)
class ContractInForce:
    """A contract that may bear on the request; its code checks the period and everything else.

    `told`: by what it tells records apart. `counter`: its uses, if they are counted.
    """

    contract: UUID
    code: Code
    ends: datetime
    sentence: str
    duties: tuple[str, ...] = ()
    told: Distinctions = NONE
    counter: Counter | None = None


def distinctions(terms: Terms) -> Distinctions:
    """By what these terms tell records of one kind and label apart."""
    if not terms.records and terms.data_starts is None and terms.data_ends is None:
        return NONE
    by = {
        meaning: frozenset(one.reference for one in terms.records if one.meaning == meaning)
        for meaning in ("instance", "related", "dependents", "authoredby")
    }
    return Distinctions(**by, dates=terms.data_starts is not None or terms.data_ends is not None)


@dataclass(frozen=True)
class RestrictionInForce:
    """What the law keeps of her record here; its code checks whom that bars, and until when."""

    code: Code
    sentence: str
    told: Distinctions = NONE


@dataclass(frozen=True)
class InForce:
    """What is in force for a person and an actor at the instant of the decision.

    `epoch` counts its changes; `emergency_rule` is the tenant's; `restrictions` are asked in the layer of the law;
    `broken` says that some of it is not what was signed, so that nothing is permitted.
    """

    base: Code
    contracts: Sequence[ContractInForce] = ()
    emergency: Emergency | None = None
    epoch: int = 0
    broken: bool = False
    emergency_rule: Code = EMERGENCY
    restrictions: Sequence[RestrictionInForce] = ()

    @cached_property
    def told(self) -> Distinctions:
        """By what any of the contracts and restrictions tells records apart."""
        told = NONE
        for one in (*(item.told for item in self.contracts), *(item.told for item in self.restrictions)):
            if one is not NONE:
                told |= one
        return told


@dataclass(frozen=True)
class Verdict:
    """How Cedar answered for one group: the layer and the clauses that decided."""

    permitted: bool
    layer: Layer
    clauses: tuple[str, ...] = ()
