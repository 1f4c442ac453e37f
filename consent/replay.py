"""Execute a decision again from the evidence that its ledger entry holds, and say whether it comes out the same.

Pure. Not only the contracts that the decision says it rested on are executed, but all that were in force for the
person in its epoch: one that was left out would then answer differently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from consent import instants
from consent.compiler import FIRST_SCHEMA_HASH, SCHEMA_HASH
from consent.emergency_rule import QUOTA, binds_refusals
from consent.engine import FHIR, LAW, REFUSALS, execute, law, refusals
from consent.fhir.bridge import ACTIONS
from consent.history import History, Past
from consent.in_force import Verdict
from consent.policy_sets import Code
from consent.undecided import is_undecided
from ledger.audit.finding import Finding

Outcome = Literal["same", "differs", "unreplayable"]
ACCESS = (
    "access.permitted",
    "access.denied",
    "access.emergency",
    "record.created",
    "record.updated",
    "record.deleted",
)
FAILED = {"permitted": False, "layer": "engine", "clauses": []}


FORMER: Mapping[str, frozenset[str]] = {
    "law": frozenset({"2209d298722bd5bcb26f4dac989a7894d22767bb499884246e9687ac3c8c1704"}),
    "emergency": frozenset(),
}
"""Hashes of the standing texts that this project shipped before those of today: what they decided is not replayed, and
no text but these is excused. Whoever changes `law.cedar` or `emergency.cedar` adds the hash of the former one."""


@dataclass(frozen=True)
class Judged:
    """What replaying one entry gave. `finding` says why, where it is not the same."""

    outcome: Outcome
    finding: Finding | None = None


@dataclass(frozen=True)
class Decided:
    """An access entry: its place, whom it is about, and what it says. `inputs` None: erased, or never there."""

    index: int
    subject: str | None
    audit: Mapping[str, Any] | None
    inputs: Mapping[str, Any] | None


def is_decision(kind: str, decided: Decided) -> bool:
    """Whether an entry of this type of access is one that a decision made, or ought to have."""
    if decided.inputs is not None and "decisions" in decided.inputs:
        return True
    return not is_undecided(kind, decided.subject, decided.audit or {})


def judge(decided: Decided, history: History) -> Judged:
    """Execute it again under what was in force. Never raises for what the entry says."""
    inputs = decided.inputs
    if inputs is None or decided.subject is None:
        return _differs(decided, "no-evidence", "The access was entered without the evidence of a decision.")
    try:
        return _judge(decided, decided.subject, inputs, history)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return _differs(decided, "evidence-malformed", "The evidence of the decision has not its form.")


def lost(decided: Decided, sentence: str) -> Judged:
    """A decision that cannot be executed again, through nobody's fault."""
    return Judged("unreplayable", Finding("unreplayable", sentence, decided.index))


def _judge(decided: Decided, subject: str, inputs: Mapping[str, Any], history: History) -> Judged:
    if inputs["schema"] not in (SCHEMA_HASH, FIRST_SCHEMA_HASH):
        return _differs(decided, "schema-unknown", "It was decided under a schema that never was in force.")
    if inputs.get("broken"):
        closed = all(one == FAILED for one in inputs["decisions"])
        return Judged("same") if closed else _differs(decided, "broken", "What could not be read permitted.")
    past = history.past(subject, inputs["epoch"])
    unsound = _explain(decided, subject, inputs, history, past)
    if unsound is not None:
        return unsound
    rule = history.emergency if "emergency" in inputs["context"] else None
    codes: dict[str, Sequence[Code]] = {
        "law": law(past.restrictions.values(), own=inputs["context"]["own"]),
        "emergency": [rule] if rule else [],
        "contract": [code for code in past.codes.values() if not code.fhir],
        "base": [history.base] if history.base else [],
        FHIR: [code for code in past.codes.values() if code.fhir],
        REFUSALS: refusals(past.codes) if rule and binds_refusals(rule) else [],
    }
    if codes[FHIR] and FHIR not in inputs and inputs["action"]["id"] in ACTIONS:
        return _differs(decided, "consent-left-out", "A FHIR consent in force was not asked.")
    again = [outcome(verdict) for verdict in execute(inputs, codes)]
    if again != list(inputs["decisions"]):
        return _differs(decided, "decision-differs", "Executed again, the decision comes out otherwise.")
    return _said(decided, inputs, again, past)


def outcome(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the evidence keeps it."""
    return {"permitted": verdict.permitted, "layer": verdict.layer, "clauses": list(verdict.clauses)}


def _explain(
    decided: Decided, subject: str, inputs: Mapping[str, Any], history: History, past: Past
) -> Judged | None:
    """Whether everything that the decision rested on stands in the log. None: it does."""
    if not past.known and not past.holes:
        sentence = "It names a state of the contracts that the log never told of."
        return _differs(decided, "epoch-unknown", sentence)
    return (
        _explain_contracts(decided, _cited(inputs), past)
        or _explain_base(decided, inputs["code"]["base"], history)
        or _explain_emergency(decided, subject, inputs, history)
        or _explain_restrictions(decided, inputs["code"]["law"], past)
        or _explain_versions(decided, inputs, history, past)
    )


def _explain_contracts(decided: Decided, cited: Sequence[str], past: Past) -> Judged | None:
    for key in cited:
        if key in past.faults:
            sentence = f"It rests on the contract {key}: {past.faults[key]}."
            return _differs(decided, "contract-unsound", sentence)
        if key not in past.codes and key not in past.lost and not past.holes:
            sentence = f"It rests on the contract {key}, which was not in force then."
            return _differs(decided, "contract-not-in-force", sentence)
    if past.lost or past.holes:
        return lost(decided, "Some of the person's contracts of that time were erased.")
    return None


def _explain_base(decided: Decided, cited: Sequence[str], history: History) -> Judged | None:
    if history.base is None:
        return lost(decided, "The base policy of that time cannot be read any more.")
    if list(cited) != [history.base.hash]:
        return _differs(decided, "base-policy", "It rests on a base policy that was not in force.")
    return None


def _explain_emergency(
    decided: Decided, subject: str, inputs: Mapping[str, Any], history: History
) -> Judged | None:
    session = inputs["context"].get("emergency")
    if session is None or history.had_session(subject, inputs["epoch"], _session(session, inputs)):
        return None
    return _differs(decided, "emergency-unknown", "It rests on an emergency session that nobody opened.")


def _explain_restrictions(decided: Decided, cited: Sequence[str], past: Past) -> Judged | None:
    """All that the law kept then were asked; the law of one's own record stands beside them in its layer."""
    if left_out := sorted(past.restrictions.keys() - set(cited)):
        return _differs(decided, "restriction-left-out", f"The restriction {left_out[0]} was not asked.")
    return None


def _explain_versions(
    decided: Decided, inputs: Mapping[str, Any], history: History, past: Past
) -> Judged | None:
    context, rule = inputs["context"], history.emergency
    own = [key for key in inputs["code"]["law"] if key not in past.restrictions]
    code = {**inputs["code"], "law": own}
    if "emergency" in context and rule is None:
        return lost(decided, "The emergency rule of that time cannot be read any more.")
    standing = {
        "law": [LAW.hash] if context["own"] else [],
        "emergency": [rule.hash] if rule and "emergency" in context else [],
    }
    others = {layer for layer, hashes in standing.items() if list(code[layer]) != hashes}
    if not others:
        return None
    if all(standing[layer] and code[layer] and FORMER[layer].issuperset(code[layer]) for layer in others):
        return lost(decided, "It was decided under a former version of the law or the emergency rules.")
    sentence = "It rests on a law or emergency rules that never were in force."
    return _differs(decided, "law-unknown", sentence)


def _session(value: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, str]:
    """As `history.SESSION`. Its number stands in the counter; neither did where no quota was known yet."""
    counter = {"type": "Counter", "id": QUOTA}
    number: Mapping[str, Any] = next(
        (one["attrs"] for one in inputs["entities"] if one["uid"] == counter), {}
    )
    return {
        "clinician": value["actor"]["__entity"]["id"],
        "organisation": value["organisation"]["__entity"]["id"],
        "starts": instants.iso(instants.from_microseconds(value["starts"])),
        "ends": instants.iso(instants.from_microseconds(value["ends"])),
        "of_day": str(number.get("today")),
        "of_month": str(number.get("total")),
    }


def _said(
    decided: Decided, inputs: Mapping[str, Any], again: Sequence[Mapping[str, Any]], past: Past
) -> Judged:
    """Whether the part that auditors read tells of the same question, and permits no more than was decided."""
    audit = decided.audit or {}
    asked = {
        "who": inputs["principal"]["id"],
        "action": inputs["action"]["id"],
        "purpose": inputs["context"]["purpose"],
        "role": inputs["context"]["role"],
    }
    told = {**audit, "who": (audit.get("who") or {}).get("id"), "role": audit.get("role") or ""}
    if any(told.get(name) != value for name, value in asked.items()):
        return _differs(decided, "question-differs", "The entry tells of another question than was decided.")
    permits = [one for one in again if one["permitted"]]
    claimed = [
        {name: one.get(name) for name in ("permitted", "layer", "clauses")}
        for one in audit.get("decided", ())
        if one.get("permitted")
    ]
    permitted = audit.get("decision") == "permitted" or bool(claimed)
    if permitted and (not permits or any(one not in permits for one in claimed)):
        return _differs(
            decided, "permit-unexplained", "The access was permitted, and no contract explains it."
        )
    untold = sorted(past.untold.intersection(_cited(inputs)))
    if untold:
        sentence = (
            f"It rests on the contract {untold[0]}, signed by a passkey that no entry had told of: whose?"
        )
        return Judged("unreplayable", Finding("key-untold", sentence, decided.index))
    return Judged("same")


def _cited(inputs: Mapping[str, Any]) -> list[str]:
    """The code hashes of the contracts that a decision says it rested on."""
    return [key for part in ("contract", FHIR, REFUSALS) for key in inputs["code"].get(part, ())]


def _differs(decided: Decided, kind: str, sentence: str) -> Judged:
    return Judged("differs", Finding(kind, sentence, decided.index))
