"""From Cedar's verdict to the decision that is answered, shown and kept."""

from collections.abc import Iterable, Mapping, Sequence

from consent.facts import Decision, Layer
from consent.in_force import ContractInForce, InForce, RestrictionInForce, Verdict

_SENTENCES: Mapping[tuple[Layer, bool], str] = {
    ("law", True): "Permitted by law: these are the person's own records.",
    ("emergency", True): "Permitted in an emergency, which the privacy officer will review.",
    ("base", True): "Permitted by the custodian's base policy: its own clinicians may read for treatment.",
    ("base", False): "Refused: no contract permits this.",
    (
        "engine",
        False,
    ): "Refused: the contracts could not be evaluated. The administrator has to look into it.",
}
_NOT_COVERED = "Refused: no contract permits this, and here the open emergency access does not reach it."


def explain(verdict: Verdict, in_force: InForce) -> Decision:
    """The decision that a verdict is, in words that the patient understands."""
    if verdict.layer == "contract" or (verdict.layer == "emergency" and not verdict.permitted):
        return _by_contract(verdict, in_force.contracts)
    if verdict.layer == "law" and not verdict.permitted:
        return _by_law(verdict, in_force.restrictions)
    code = "permitted" if verdict.permitted else "engine-error" if verdict.layer == "engine" else "no-permit"
    sentence = _SENTENCES[verdict.layer, verdict.permitted]
    if verdict.clauses and not verdict.permitted:
        code = "refused"
    elif code == "no-permit" and in_force.emergency is not None:
        code, sentence = "emergency-not-covered", _NOT_COVERED
    emergency = in_force.emergency if verdict.layer == "emergency" else None
    return Decision(
        permitted=verdict.permitted,
        layer=verdict.layer,
        code=code,
        sentence=sentence,
        clauses=verdict.clauses,
        code_hash=_code_hash(verdict.clauses),
        ends=emergency.ends if emergency else None,
        duties=("notify", "review") if emergency else (),
    )


def _by_law(verdict: Verdict, restrictions: Iterable[RestrictionInForce]) -> Decision:
    """Of several restrictions that bar alike, cite the first by its hash."""
    cited = _code_hash(verdict.clauses)
    sentence = next(one.sentence for one in restrictions if one.code.hash == cited)
    return Decision(False, "law", "refused", sentence, clauses=verdict.clauses, code_hash=cited)


def _by_contract(verdict: Verdict, contracts: Iterable[ContractInForce]) -> Decision:
    """Of several contracts that decided alike, cite one whose uses are not counted, and of these the longest."""
    hashes = {clause.partition(":")[0] for clause in verdict.clauses}
    deciding = [item for item in contracts if item.code.hash in hashes]
    cited = max(deciding, key=lambda item: (not item.counter, item.ends, item.code.hash, item.contract))
    word = "Permitted" if verdict.permitted else "Refused"
    if verdict.layer == "emergency":
        word = "Refused, in an emergency too,"
    return Decision(
        permitted=verdict.permitted,
        layer=verdict.layer,
        code="permitted" if verdict.permitted else "refused",
        sentence=f"{word} by a contract: {cited.sentence}",
        clauses=verdict.clauses,
        contract=cited.contract,
        code_hash=cited.code.hash,
        ends=cited.ends if verdict.permitted else min(item.ends for item in deciding),
        duties=tuple(sorted({duty for item in deciding for duty in item.duties}))
        if verdict.permitted
        else (),
        counted=verdict.permitted and cited.counter is not None,
    )


def _code_hash(cited: Sequence[str]) -> str | None:
    return cited[0].partition(":")[0] if cited else None
