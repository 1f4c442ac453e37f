"""Decide, purely: the same request, facts and code give the same answer, here and in any other Cedar engine.

Four layers are asked in turn, each a policy set of its own; the first that is not silent decides. Within a layer a
deny wins. Cedar SKIPS a policy that errs, so a forbid over a missing fact forbids nothing: any diagnostic at all
is therefore a deny, of the layer `engine`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import cedarpy

from consent import evidence, instants
from consent.compiler import schema
from consent.errors import CodeRefused
from consent.facts import AccessRequest, Decision, Decisions, Layer, ResourceFacts
from consent.in_force import InForce, Verdict
from consent.policy_sets import GUARD, Code, clauses, policy_set, standing_code, standing_text
from consent.reasons import explain

LAW = standing_code("law", standing_text("law"))
EMERGENCY = standing_code("emergency", standing_text("emergency"))
LAYERS: tuple[Layer, ...] = ("law", "emergency", "contract", "base")


_FAILED = Verdict(permitted=False, layer="engine")
_SILENT = Verdict(permitted=False, layer="base")


@dataclass
class _Run:
    """The engine's input for one decision, and the verdicts so far by position of the group."""

    requests: list[dict[str, Any]]
    entities: cedarpy.Entities
    schema: cedarpy.Schema
    verdicts: dict[int, Verdict] = field(default_factory=dict)


def decide(
    request: AccessRequest, resources: Collection[ResourceFacts], in_force: InForce, *, now: datetime
) -> Decisions:
    """One decision for each distinct group of records, with the evidence to execute it again."""
    groups = sorted(
        {resource.group for resource in resources}, key=lambda group: (*group[:2], sorted(group[2]))
    )
    codes = _codes(request, in_force)
    context = evidence.context(request, now=instants.microseconds(now), emergency=in_force.emergency)
    inputs = evidence.inputs(
        request,
        context=context,
        entities=evidence.entities(request, groups),
        code={layer: [code.hash for code in codes[layer]] for layer in LAYERS},
        epoch=in_force.epoch,
    )
    verdicts = [_FAILED] * len(groups) if in_force.broken else execute(inputs, codes)
    by_group = {group: explain(verdict, in_force) for group, verdict in zip(groups, verdicts, strict=True)}
    if in_force.broken:
        inputs["broken"] = True
    inputs["decisions"] = [_outcome(by_group[group]) for group in groups]
    return Decisions(
        at=now,
        by_group=by_group,
        by_resource={(resource.type, resource.id): by_group[resource.group] for resource in resources},
        inputs=inputs,
    )


def execute(
    inputs: Mapping[str, Any],
    codes: Mapping[Layer, Sequence[Code]],
    language: cedarpy.Schema | None = None,
) -> list[Verdict]:
    """The verdicts of this evidence under these codes, in the order of the record entities.

    `language` is the schema of evidence and codes: by default that of our own contracts.
    """
    count = len(inputs["entities"]) - 1
    try:
        run = _prepare(inputs, count, language or schema())
        for layer in LAYERS:
            _ask(run, layer, codes[layer])
    except (CodeRefused, ValueError):
        return [_FAILED] * count
    return [run.verdicts.get(position, _SILENT) for position in range(count)]


def _prepare(inputs: Mapping[str, Any], count: int, language: cedarpy.Schema) -> _Run:
    shared = {
        "principal": inputs["principal"],
        "action": inputs["action"],
        "context": json.dumps(inputs["context"]),
    }
    requests = [shared | {"resource": evidence.uid("Record", position)} for position in range(count)]
    return _Run(requests, _entities(json.dumps(inputs["entities"]), language), language)


@lru_cache(maxsize=256)
def _entities(content: str, language: cedarpy.Schema) -> cedarpy.Entities:
    """Who reads one record of a person reads more of them: the same text is parsed and validated once."""
    return cedarpy.Entities.from_json_str(content, language)


def _ask(run: _Run, layer: Layer, codes: Sequence[Code]) -> None:
    """Put the groups that are still open to one layer."""
    waiting = [position for position in range(len(run.requests)) if position not in run.verdicts]
    if not waiting or not any(clauses(code) for code in codes):
        return
    answers = cedarpy.is_authorized_batch(
        [run.requests[position] for position in waiting], policy_set(codes), run.entities, run.schema
    )
    for position, answer in zip(waiting, answers, strict=True):
        verdict = _verdict(answer, layer)
        if verdict is not None:
            run.verdicts[position] = verdict


def _verdict(answer: cedarpy.AuthzResult, layer: Layer) -> Verdict | None:
    """None if the layer is silent."""
    reasons = answer.diagnostics.reasons
    decision = answer.decision
    if answer.diagnostics.errors or decision is cedarpy.Decision.NoDecision or GUARD in reasons:
        return _FAILED
    if not reasons:
        return None
    return Verdict(decision is cedarpy.Decision.Allow, layer, tuple(sorted(reasons)))


def _codes(request: AccessRequest, in_force: InForce) -> dict[Layer, Sequence[Code]]:
    """The codes of each layer that can bear on the request, ordered by hash."""
    by_hash = {item.code.hash: item.code for item in in_force.contracts}
    return {
        "law": [LAW] if request.is_self else [],
        "emergency": [EMERGENCY] if in_force.emergency is not None else [],
        "contract": [by_hash[key] for key in sorted(by_hash)],
        "base": [in_force.base],
    }


def _outcome(decision: Decision) -> dict[str, Any]:
    return {"permitted": decision.permitted, "layer": decision.layer, "clauses": list(decision.clauses)}
