"""Decide on FHIR consents, purely, by the engine that decides on contracts: the same sets, guard and failures."""

from collections.abc import Collection, Sequence

from consent.base_variants import DEFAULT, code_of
from consent.engine import LAYERS, execute
from consent.fhir.asking import Asked, inputs
from consent.fhir.compiling import schema
from consent.in_force import Verdict
from consent.policy_sets import Code


def decide(consents: Collection[Code], asked: Asked) -> Verdict:
    """All consents together: a deny wins, in any order (rule S6); if all are silent, nothing is permitted (S7)."""
    codes: dict[str, Sequence[Code]] = dict.fromkeys(LAYERS, ())
    by_hash = {code.hash: code for code in consents}
    codes["contract"] = [by_hash[key] for key in sorted(by_hash)]
    codes["base"] = [code_of(DEFAULT)]
    (verdict,) = execute(inputs(asked), codes, schema())
    return verdict
