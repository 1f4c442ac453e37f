"""The base policies that a tenant may choose from."""

from collections.abc import Mapping

from consent.errors import UnknownBasePolicy
from consent.policy_sets import Code, standing_code, standing_text

DEFAULT = "deny"
VARIANTS: Mapping[str, str] = {
    "deny": "Nobody reads without a contract.",
    "opt-out-treatment": "Our clinicians may read for treatment what is not sensitive, until the patient opts out.",
    "opt-out-care": "Our clinicians may read and write for treatment what is not sensitive, until patients opt out.",
}


def code_of(variant: str) -> Code:
    """The code of a variant. Raises UnknownBasePolicy."""
    if variant not in VARIANTS:
        raise UnknownBasePolicy(f"There is no such base policy. Use one of: {', '.join(VARIANTS)}.")
    return standing_code("base", standing_text(f"base-{variant}"))
