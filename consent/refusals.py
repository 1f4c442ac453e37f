"""Which clauses of a contract refuse emergency access: those that deny, and name breaking the glass or emergencies.

Pure. They stand in the layer of the contracts like all others; where a tenant's emergency rule lets them, they stand
against that layer too.
"""

from collections.abc import Mapping
from typing import Any

from consent.emergency_rule import PURPOSES
from consent.fhir import adopted, codes
from consent.fhir.reading import read

_FHIR_PURPOSES = frozenset(f"{codes.PURPOSE_SYSTEM}|{purpose}" for purpose in PURPOSES)


def of_emergencies(code_hash: str, terms: Mapping[str, Any]) -> tuple[str, ...]:
    """Their ids, of a contract with these (stored) terms under this hash."""
    if adopted.is_adopted(terms):
        rules = read(terms["consent"]).rules
        named = [
            rule for rule in rules if rule.effect == "deny" and not _FHIR_PURPOSES.isdisjoint(rule.purposes)
        ]
        return tuple(sorted(f"{code_hash}:{rule.clause}" for rule in named))
    refuses = terms["effect"] == "deny" and not set(PURPOSES).isdisjoint(terms["purposes"])
    return (f"{code_hash}:1",) if refuses else ()
