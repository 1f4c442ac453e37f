"""What the call, the token and the role reach, whatever the contracts say."""

from collections.abc import Collection
from dataclasses import replace

from consent.facts import Decision, Decisions, Group, ResourceFacts
from portal.records.access.asking import PURPOSES, Asked
from portal.records.scoping import within_scopes

EMERGENCY_PURPOSES = frozenset({"BTG", "ETREAT"})


def bounded(asked: Asked, decisions: Decisions, facts: Collection[ResourceFacts]) -> Decisions:
    """Refuse what the call, the token or the role does not reach, whatever the contracts say. Refusing never needs
    a reason of theirs, so their evidence is kept as it is."""
    by_group = {group: _bound(asked, group, decision) for group, decision in decisions.by_group.items()}
    if by_group == decisions.by_group:
        return decisions
    by_resource = {(one.type, one.id): by_group[one.group(decisions.told)] for one in facts}
    by_resource = {key: by_resource[key] for key in decisions.by_resource}
    return replace(decisions, by_group=by_group, by_resource=by_resource)


def _bound(asked: Asked, group: Group, decision: Decision) -> Decision:
    if asked.caller.refused is not None:
        return refusal(*asked.caller.refused)
    if not within_scopes(
        asked.caller,
        group.type,
        group.category,
        person=asked.person,
        action=asked.action,
        interaction=asked.interaction,
    ):
        return refusal("insufficient-scope", f"This token lacks the scope to {asked.action} that.")
    if asked.caller.purposes is not None and asked.purpose not in asked.caller.purposes:
        return refusal("purpose-not-allowed", f"The purpose {asked.purpose} is not bound to this token.")
    if asked.purpose not in PURPOSES.get(asked.role, ()):
        return refusal(
            "purpose-not-allowed", f"The purpose {asked.purpose} is not one that this role may state."
        )
    if asked.purpose in EMERGENCY_PURPOSES and decision.permitted and decision.layer != "emergency":
        return refusal("purpose-not-allowed", "This purpose counts only while an emergency session is open.")
    return decision


def refusal(code: str, sentence: str) -> Decision:
    """A denial that no contract was needed for."""
    return Decision(permitted=False, layer="base", code=code, sentence=sentence)
