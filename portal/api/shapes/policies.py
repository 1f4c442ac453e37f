"""What applies at an organisation, in JSON."""

from typing import Any

from rest_framework import serializers

from consent.base_variants import VARIANTS
from consent.base_variants import code_of as base_code_of
from consent.emergency_rule import MOST_SESSIONS, Rule, code_of
from consent.vocabulary import SENSITIVITIES
from portal.api.shapes.base import Body, Word, Words


class NewEmergencyRule(Body):
    """What breaking the glass reaches; what is left out is as if nobody had set it."""

    excluded = Words(
        SENSITIVITIES,
        default=list,
        help_text="Labels that it does not reach; a level covers those above, a sensitivity those under it.",
    )
    a_day = serializers.IntegerField(
        allow_null=True,
        default=None,
        min_value=1,
        max_value=MOST_SESSIONS,
        help_text="Sessions a clinician, UTC.",
    )
    a_month = serializers.IntegerField(
        allow_null=True, default=None, min_value=1, max_value=MOST_SESSIONS, help_text="Within 30 days."
    )
    refusals = serializers.BooleanField(
        default=False, help_text="Whether a patient's refusal that names ETREAT or BTG stands against it."
    )
    give_way = serializers.IntegerField(
        default=0,
        min_value=0,
        help_text="How many refusals may give way, as `standing_refusals` said; needed where they do by this rule.",
    )


class NewBasePolicy(Body):
    """What applies before any contract."""

    variant = Word(VARIANTS)


class PolicyCode(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    cedar = serializers.CharField()
    code_hash = serializers.CharField()


class Base(PolicyCode):
    variant = serializers.ChoiceField(list(VARIANTS))


class EmergencyRuleShown(PolicyCode):
    excluded = serializers.ListField(child=serializers.CharField())
    a_day = serializers.IntegerField(allow_null=True)
    a_month = serializers.IntegerField(allow_null=True)
    refusals = serializers.BooleanField()
    standing_refusals = serializers.IntegerField(
        help_text="Contracts here that refuse emergencies and are not over. A rule without `refusals` lets them give"
        " way at once, which `give_way` has to agree to, and tells their patients."
    )


class Policies(serializers.Serializer[Any]):
    base = Base()
    emergency = EmergencyRuleShown()


def policies(base: tuple[int, str], emergency: tuple[int, Rule], standing_refusals: int) -> dict[str, Any]:
    """Both, each with its version and the code that runs."""
    (version, variant), (emergency_version, rule) = base, emergency
    code, emergency_code = base_code_of(variant), code_of(rule)
    return {
        "base": {"version": version, "variant": variant, "cedar": code.cedar, "code_hash": code.hash},
        "emergency": {
            "version": emergency_version,
            "cedar": emergency_code.cedar,
            "code_hash": emergency_code.hash,
            **rule.to_json(),
            "standing_refusals": standing_refusals,
        },
    }
