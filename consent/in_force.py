"""What a decision is made under: the contracts, the emergency session and the base policy of one instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from consent.facts import Emergency, Layer
from consent.policy_sets import Code


@dataclass(frozen=True)
class ContractInForce:
    """A contract that may bear on the request; its code checks the period and everything else."""

    contract: UUID
    code: Code
    ends: datetime
    sentence: str
    duties: tuple[str, ...] = ()


@dataclass(frozen=True)
class InForce:
    """What is in force for a person and an actor at the instant of the decision.

    `epoch` counts its changes; `broken` says that some of it is not what was signed, so that nothing is permitted.
    """

    base: Code
    contracts: Sequence[ContractInForce] = ()
    emergency: Emergency | None = None
    epoch: int = 0
    broken: bool = False


@dataclass(frozen=True)
class Verdict:
    """How Cedar answered for one group: the layer and the clauses that decided."""

    permitted: bool
    layer: Layer
    clauses: tuple[str, ...] = ()
