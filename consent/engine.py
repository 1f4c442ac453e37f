"""Decide, purely: the same request, facts and code give the same answer, here and in any other Cedar engine.

Four layers are asked in turn, each a policy set of its own; the first that is not silent decides. Within a layer a
deny wins. What a patient refuses even in an emergency belongs to that layer where the tenant's rule says so; it is
asked under both purposes that name one, so that stating another is no way around it. Cedar SKIPS a policy that errs,
so a forbid over a missing fact forbids nothing: any diagnostic at all is therefore a deny, of the layer `engine`.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import cedarpy

from consent import evidence, instants
from consent.compiler import schema
from consent.emergency_rule import PURPOSES, QUOTA, binds_refusals
from consent.errors import CodeRefused
from consent.facts import AccessRequest, Decision, Decisions, Layer, ResourceFacts
from consent.fhir import bridge
from consent.fhir import codes as fhir_codes
from consent.fhir.compiling import schema as fhir_schema
from consent.in_force import Counter, InForce, Verdict
from consent.policy_sets import GUARD, Code, policy_set, standing_code, standing_text
from consent.reasons import explain

LAW = standing_code("law", standing_text("law"))
LAYERS: tuple[Layer, ...] = ("law", "emergency", "contract", "base")
FHIR = "fhir"
REFUSALS = "refusals"

_FAILED = Verdict(permitted=False, layer="engine")
_SILENT = Verdict(permitted=False, layer="base")


@dataclass
class _Run:
    """The engine's input for one decision, in one language: a request for each group, by its position."""

    requests: list[dict[str, Any]]
    entities: cedarpy.Entities
    schema: cedarpy.Schema


def decide(
    request: AccessRequest, resources: Collection[ResourceFacts], in_force: InForce, *, now: datetime
) -> Decisions:
    """One decision for each distinct group of records, with the evidence to execute it again."""
    told = in_force.told
    of = {resource: resource.group(told) for resource in resources}
    groups = sorted(set(of.values()), key=lambda group: group.order)
    codes, instant = _codes(request, in_force), instants.microseconds(now)
    counters = {item.counter.name: item.counter for item in in_force.contracts if item.counter}
    if in_force.emergency is not None:
        counters[QUOTA] = Counter(QUOTA, in_force.emergency.of_month, in_force.emergency.of_day)
    inputs = evidence.inputs(
        request,
        context=evidence.context(request, now=instant, emergency=in_force.emergency),
        entities=evidence.entities(request, groups, [counters[name] for name in sorted(counters)]),
        code={layer: [code.hash for code in items] for layer, items in codes.items()},
        epoch=in_force.epoch,
    )
    if FHIR in codes:
        inputs[FHIR] = bridge.inputs(request, groups, now=instant)
    verdicts = [_FAILED] * len(groups) if in_force.broken else execute(inputs, codes)
    by_group = {group: explain(verdict, in_force) for group, verdict in zip(groups, verdicts, strict=True)}
    if in_force.broken:
        inputs["broken"] = True
    inputs["decisions"] = [_outcome(by_group[group]) for group in groups]
    return Decisions(
        at=now,
        by_group=by_group,
        by_resource={(resource.type, resource.id): by_group[group] for resource, group in of.items()},
        inputs=inputs,
        told=told,
    )


def execute(
    inputs: Mapping[str, Any],
    codes: Mapping[str, Sequence[Code]],
    language: cedarpy.Schema | None = None,
) -> list[Verdict]:
    """The verdicts of this evidence under these codes, in the order of the record entities.

    `language` is the schema of evidence and codes: by default that of our own contracts. Where the evidence has a
    part `fhir`, the consents under that name in `codes` are asked with it, in the layer of the contracts. Those under
    `refusals`, in either language, are asked where the emergency permits: only their denials count, and of these only
    by the clauses that name an emergency.
    """
    count = sum(entity["uid"]["type"] == "Record" for entity in inputs["entities"])
    verdicts: dict[int, Verdict] = {}
    try:
        run = _prepare(inputs, count, language or schema())
        abroad = _prepare(inputs[FHIR], count, fhir_schema()) if FHIR in inputs else None
        for layer in LAYERS:
            waiting = [position for position in range(count) if position not in verdicts]
            found = _ask(run, layer, codes[layer], waiting)
            if abroad and layer == "contract":
                found = _together(found, _ask(abroad, layer, codes[FHIR], waiting))
            if layer == "emergency" and codes.get(REFUSALS):
                found |= _refused(inputs, codes[REFUSALS], found, language or schema())
            verdicts |= found
    except (CodeRefused, ValueError):
        return [_FAILED] * count
    return [verdicts.get(position, _SILENT) for position in range(count)]


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


def _ask(run: _Run, layer: Layer, codes: Sequence[Code], waiting: Sequence[int]) -> dict[int, Verdict]:
    """Put the groups that are still open to one layer; those that it is silent on are not in the answer."""
    policies = policy_set(codes) if waiting else None
    if policies is None:
        return {}
    answers = cedarpy.is_authorized_batch(
        [run.requests[position] for position in waiting], policies, run.entities, run.schema
    )
    found = {position: _verdict(answer, layer) for position, answer in zip(waiting, answers, strict=True)}
    return {position: verdict for position, verdict in found.items() if verdict is not None}


def _refused(
    inputs: Mapping[str, Any],
    refusals: Sequence[Code],
    found: Mapping[int, Verdict],
    language: cedarpy.Schema,
) -> dict[int, Verdict]:
    """Of what the emergency permits, that which the patient refuses even then."""
    refusing = {clause for code in refusals for clause in code.refusing}
    waiting = [position for position, verdict in found.items() if verdict.permitted]
    refused: dict[int, Verdict] = {}
    for fhir in (False, True):
        codes = [code for code in refusals if code.fhir == fhir]
        part, schema_of = (inputs.get(FHIR), fhir_schema()) if fhir else (inputs, language)
        if not codes or part is None:
            continue
        for purpose in PURPOSES:
            stated = f"{fhir_codes.PURPOSE_SYSTEM}|{purpose}" if fhir else purpose
            context = {**part["context"], "purpose": stated}
            run = _prepare({**part, "context": context}, max(waiting, default=-1) + 1, schema_of)
            for position, verdict in _ask(run, "emergency", codes, waiting).items():
                named = tuple(clause for clause in verdict.clauses if clause in refusing)
                if verdict.layer == "engine" or (named and not verdict.permitted):
                    one = {position: Verdict(False, verdict.layer, named)}
                    refused |= _together({key: refused[key] for key in one.keys() & refused.keys()}, one)
    return refused


def _together(ours: Mapping[int, Verdict], others: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """Contracts in two languages are one layer: a failure fails, a deny wins, and all that agree are cited."""
    found = dict(ours) | dict(others)
    for position in ours.keys() & others.keys():
        pair = (ours[position], others[position])
        worst = min(pair, key=lambda verdict: (verdict.layer != "engine", verdict.permitted))
        agreeing = [one for one in pair if (one.permitted, one.layer) == (worst.permitted, worst.layer)]
        named = tuple(sorted({clause for one in agreeing for clause in one.clauses}))
        found[position] = Verdict(worst.permitted, worst.layer, named)
    return found


def _verdict(answer: cedarpy.AuthzResult, layer: Layer) -> Verdict | None:
    """None if the layer is silent."""
    reasons = answer.diagnostics.reasons
    decision = answer.decision
    if answer.diagnostics.errors or decision is cedarpy.Decision.NoDecision or GUARD in reasons:
        return _FAILED
    if not reasons:
        return None
    return Verdict(decision is cedarpy.Decision.Allow, layer, tuple(sorted(reasons)))


def _codes(request: AccessRequest, in_force: InForce) -> dict[str, Sequence[Code]]:
    """The codes of each layer that can bear on the request, by hash; FHIR consents under a name of their own."""
    own: dict[str, Code] = {}
    abroad: dict[str, Code] = {}
    for item in in_force.contracts:
        (abroad if item.code.fhir else own)[item.code.hash] = item.code
    codes: dict[str, Sequence[Code]] = {
        "law": law([one.code for one in in_force.restrictions], own=request.is_self),
        "emergency": [in_force.emergency_rule] if in_force.emergency is not None else [],
        "contract": [own[key] for key in sorted(own)],
        "base": [in_force.base],
    }
    if abroad and request.action in bridge.ACTIONS:
        codes[FHIR] = [abroad[key] for key in sorted(abroad)]
    if in_force.emergency is not None and binds_refusals(in_force.emergency_rule):
        codes[REFUSALS] = refusals({**own, **abroad})
    return codes


def law(restrictions: Iterable[Code], *, own: bool) -> list[Code]:
    """What the first layer asks: the law of one's own record, and what is restricted, in the order of their hashes."""
    by_hash = {code.hash: code for code in restrictions}
    return [*([LAW] if own else []), *(by_hash[key] for key in sorted(by_hash))]


def refusals(contracts: Mapping[str, Code]) -> list[Code]:
    """Those that refuse emergency access, in the order of their hashes."""
    return [contracts[key] for key in sorted(contracts) if contracts[key].refusing]


def _outcome(decision: Decision) -> dict[str, Any]:
    return {"permitted": decision.permitted, "layer": decision.layer, "clauses": list(decision.clauses)}
