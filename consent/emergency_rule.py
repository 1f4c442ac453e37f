"""What breaking the glass reaches at a tenant: its emergency rule, as it chooses it and as the Cedar that it is.

Pure. The default, which no tenant has to choose, is the text of the repository: every label, no quota, and no refusal
of a patient's that stands against it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from consent import vocabulary
from consent.errors import EmergencyRuleMalformed, TermsError
from consent.policy_sets import Code, clauses, standing_code, standing_text

QUOTA = "emergency"
"""The name of the counter by which a rule asks how often the clinician broke the glass: `today`, and `total`."""

MONTH = timedelta(days=30)
"""How far back `total` reaches."""

MOST_SESSIONS = 1000
PURPOSES = ("BTG", "ETREAT")
"""A refusal that names one of these is one of emergency access."""

_BINDS = "refusals"
_SENSITIVITIES = tuple(sorted(vocabulary.SENSITIVITIES.keys() - vocabulary.LEVELS.keys()))


@dataclass(frozen=True)
class Rule:
    """`excluded`: labels that an emergency does not reach; a level covers those above, a sensitivity those under it.

    `a_day` and `a_month`: how many sessions a clinician may open on one day (UTC) and within 30 days; None: any number.
    `refusals`: whether a patient's refusal that names BTG or ETREAT stands against it.
    """

    excluded: Collection[str] = ()
    a_day: int | None = None
    a_month: int | None = None
    refusals: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.excluded, str) or not isinstance(self.excluded, Collection):
            raise EmergencyRuleMalformed("“excluded” must be a list.")
        try:
            named = {vocabulary.sensitivity(label) for label in self.excluded}
        except TermsError as error:
            raise EmergencyRuleMalformed(str(error)) from error
        object.__setattr__(self, "excluded", tuple(sorted(named)))
        for name in ("a_day", "a_month"):
            count = getattr(self, name)
            if count is not None and (type(count) is not int or not 1 <= count <= MOST_SESSIONS):
                raise EmergencyRuleMalformed(f"“{name}” is a whole number from 1 to {MOST_SESSIONS}.")
        if type(self.refusals) is not bool:
            raise EmergencyRuleMalformed("“refusals” is true or false.")

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "excluded": list(self.excluded),
            "a_day": self.a_day,
            "a_month": self.a_month,
            "refusals": self.refusals,
        }


def from_json(value: Mapping[str, Any]) -> Rule:
    """The rule that `to_json` wrote. Raises EmergencyRuleMalformed for anything else."""
    try:
        rule = Rule(**value)
    except TypeError as error:
        raise EmergencyRuleMalformed("This is not an emergency rule.") from error
    if rule.to_json() != value:
        raise EmergencyRuleMalformed("This emergency rule is not in its canonical form.")
    return rule


@lru_cache(maxsize=1024)
def code_of(rule: Rule) -> Code:
    """The code of a rule: the standing text, and the limits beside its conditions."""
    text = standing_text("emergency")
    limits = [*_reach(rule), *_quotas(rule)]
    if limits:
        end = text.rindex("\n};")
        text = text[:end] + "".join(f" &&\n  {limit}" for limit in limits) + text[end:]
    if rule.refusals:
        text = text.replace('@id("1")\n', f'@id("1")\n@{_BINDS}("bind")\n')
    return standing_code("emergency", text)


def binds_refusals(code: Code) -> bool:
    """Whether refusals stand against this rule; its text says so, and nothing else."""
    return any(policy["annotations"].get(_BINDS) == "bind" for policy in clauses(code).values())


def _reach(rule: Rule) -> list[str]:
    """What is excluded stays closed, and with it every label that nobody here knows."""
    if not rule.excluded:
        return []
    levels = [vocabulary.LEVELS[label] for label in rule.excluded if label in vocabulary.LEVELS]
    limits = [f"resource.level < {min(levels)}"] if levels else []
    known = [f'"{code}"' for code in _SENSITIVITIES if code not in vocabulary.covered(rule.excluded)]
    borne = f"[{', '.join(known)}].containsAll(resource.sens)" if known else "resource.sens.isEmpty()"
    return [*limits, borne]


def _quotas(rule: Rule) -> list[str]:
    """The session by which somebody reads has its number among theirs, which is not above the quota."""
    asked = {"today": rule.a_day, "total": rule.a_month}
    return [f'Counter::"{QUOTA}".{name} <= {most}' for name, most in asked.items() if most is not None]


DEFAULT = Rule()
EMERGENCY = code_of(DEFAULT)
