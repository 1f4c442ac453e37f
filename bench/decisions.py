"""The pure engine: how long one decision takes, and how many a core makes, with 1, 50 and 500 contracts in force."""

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bench.figures import Figure
from consent import engine
from consent.compiler import compile_contract
from consent.facts import AccessRequest, ResourceFacts
from consent.in_force import ContractInForce, InForce
from consent.policy_sets import Code, standing_code, standing_text
from consent.sentence import Display
from consent.terms import Grantee, Terms
from ledger.identity import new_id

GOALS = {1: ("", ""), 50: ("<= 0.15", ">= 9000"), 500: ("<= 0.6", "")}
NOW = datetime(2027, 1, 1, tzinfo=UTC)


def figures(*, rounds: int = 2000) -> Iterator[Figure]:
    person, actor, custodian, organisation = (new_id() for _ in range(4))
    request = AccessRequest(actor, person, custodian, organisation, "clinician", "read", "TREAT", True, False)
    record = ResourceFacts("Observation", "1", "lab-results", frozenset())
    base = standing_code("base", standing_text("base-deny"))
    for count, (latency_goal, rate_goal) in GOALS.items():
        contracts = tuple(_contract(n, person, actor, custodian) for n in range(count))
        in_force = InForce(base, contracts)
        assert engine.decide(request, [record], in_force, now=NOW).any_permitted
        times = []
        for _ in range(rounds):
            started = time.perf_counter()
            engine.decide(request, [record], in_force, now=NOW)
            times.append(time.perf_counter() - started)
        yield Figure(
            f"one decision, warm, {count} contracts, p50", statistics.median(times) * 1000, "ms", latency_goal
        )
        yield Figure(
            f"decisions a second, one core, {count} contracts", rounds / sum(times), "1/s", rate_goal
        )


def _contract(number: int, person: UUID, actor: UUID, custodian: UUID) -> ContractInForce:
    """The first is with the actor; the others are her contracts with other people."""
    ends = NOW + timedelta(days=1 + number)
    grantee = Grantee("practitioner", actor if number == 0 else new_id())
    terms = Terms(custodian, grantee, ["lab-results", "medicines"], ["TREAT"], ends)
    compiled = compile_contract(terms, person=person, display=display())
    return ContractInForce(new_id(), Code(compiled.code_hash, compiled.cedar), ends, compiled.sentence)


def display() -> Display:
    return Display(grantee="Dr Jonas Okafor", custodian="St Mary Hospital")
