"""replay_decisions: the decisions of a log executed again from the log alone, in one process.

The log is one of its own: in the one that appends filled, the time would be that of reading what decides nothing.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bench.decisions import display
from bench.figures import Figure
from bench.world import disconnect
from consent import services
from consent.facts import AccessRequest, ResourceFacts
from consent.signature import Signature
from consent.terms import Grantee, Terms
from ledger.identity import new_id
from ledger.scope import tenant_scope
from ledger.sequencing import drain
from ledger.services import append
from portal.accounts.services import create_organisation

PEOPLE, CONTRACTS = 10, 5
RECORD = ResourceFacts("Observation", "1", "lab-results", frozenset())


def figures(*, decisions: int = 5000) -> Iterator[Figure]:
    tenant, actor = create_organisation(slug="bench-replay", name="Bench Practice").id, new_id()
    people = [new_id() for _ in range(PEOPLE)]
    with tenant_scope(tenant):
        for person in people:
            for number in range(CONTRACTS):
                _grant(tenant, person, actor if number == 0 else new_id())
    with tenant_scope(tenant):
        for number in range(decisions):
            _decide(tenant, people[number % PEOPLE], actor)
    drain()
    started, worked = time.perf_counter(), time.process_time()
    found = services.replay(tenant=tenant)
    took, worked = time.perf_counter() - started, time.process_time() - worked
    disconnect()
    assert (found.same, found.differs) == (decisions, 0), found.findings[:3]
    yield Figure(f"replay, {CONTRACTS} contracts a person, by the clock", decisions / took, "1/s", ">= 5000")
    yield Figure(f"replay, {CONTRACTS} contracts a person, a second of one core", decisions / worked, "1/s")


def _grant(tenant: UUID, person: UUID, actor: UUID) -> None:
    ends = datetime.now(UTC) + timedelta(days=365)
    terms = Terms(tenant, Grantee("practitioner", actor), ["lab-results", "medicines"], ["TREAT"], ends)
    services.grant(
        person=person, grantor=person, terms=terms, signature=Signature("token", person), display=display()
    )


def _decide(tenant: UUID, person: UUID, actor: UUID) -> None:
    request = AccessRequest(actor, person, tenant, None, "clinician", "read", "TREAT", True, False)
    made = services.decide(request=request, resources=[RECORD])
    assert made.any_permitted
    audit = {
        "who": {"id": str(actor), "name": "Dr Jonas Okafor", "title": "Diabetes doctor"},
        "role": "clinician", "interaction": "read", "action": "read", "purpose": "TREAT", "decision": "permitted",
        "decided": [
            {"permitted": one.permitted, "layer": one.layer, "clauses": list(one.clauses)}
            for one in made.by_group.values()
        ],
    }  # fmt: skip
    append(type="access.permitted", actor=actor, subject=person, audit=audit, inputs=made.inputs)
