"""Decisions with their entries, as the floor above makes them. In the custodian's scope."""

from typing import Any

from consent import services
from consent.facts import AccessRequest, Decisions, ResourceFacts
from ledger.services import append
from tests.consent import cast


def accessed(*records: ResourceFacts, **changes: Any) -> Decisions:
    """The doctor elsewhere asks for these records (a lab result), with changes; the answer is entered."""
    request, asked = cast.asks(**changes), list(records) or [cast.record()]
    decisions = services.decide(request=request, resources=asked)
    enter(request, decisions)
    return decisions


def enter(request: AccessRequest, decisions: Decisions, inputs: Any = None, **changes: Any) -> None:
    """What stands in the ledger of a decision; `inputs` and `changes` are for who would lie."""
    given = list(decisions.by_group.items())
    permitted = decisions.any_permitted
    audit = {
        "who": {"id": str(request.actor), "name": "Dr Rivera", "title": ""},
        "role": request.role,
        "interaction": "read",
        "action": request.action,
        "purpose": request.purpose,
        "decision": "permitted" if permitted else "denied",
        "decided": [
            {"permitted": one.permitted, "layer": one.layer, "clauses": list(one.clauses)} for _, one in given
        ],
    }
    append(
        type="access.permitted" if permitted else "access.denied",
        actor=request.actor,
        subject=request.person,
        audit=audit | changes,
        inputs=decisions.inputs if inputs is None else inputs,
    )
