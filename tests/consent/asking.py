"""One question to the engine, without a database."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from consent.base_variants import code_of
from consent.engine import decide
from consent.facts import AccessRequest, Decision, Emergency, ResourceFacts
from consent.in_force import ContractInForce, InForce
from tests.consent import cast

DENY, OPT_OUT = code_of("deny"), code_of("opt-out-treatment")
TICK = timedelta(microseconds=1)


def one(
    request: AccessRequest,
    record: ResourceFacts,
    *contracts: ContractInForce,
    now: Any = cast.NOW,
    **more: Any,
) -> Decision:
    usual: dict[str, Any] = {"base": DENY, "contracts": contracts}
    in_force = InForce(**usual | more)
    return decide(request, [record], in_force, now=now).of(record)


def session(**changes: Any) -> Emergency:
    usual: dict[str, Any] = {
        "session": UUID(int=9),
        "actor": cast.DOCTOR_ELSEWHERE,
        "organisation": cast.RIVERSIDE,
        "person": cast.PATIENT,
        "starts": cast.NOW - timedelta(hours=1),
        "ends": cast.NOW + timedelta(hours=3),
    }
    return Emergency(**usual | changes)
