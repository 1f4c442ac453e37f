"""Patterns worth a look, in JSON."""

from typing import Any

from rest_framework import serializers

from portal.api.shapes.base import Body
from portal.api.shapes.contracts import iso
from portal.patterns.services import KINDS, Finding
from portal.patterns.services import Patterns as Made
from portal.patterns.thresholds import MOST, MOST_MONTHS, Thresholds


class PatternThresholds(serializers.Serializer[Any]):
    an_hour = serializers.IntegerField(help_text="From how many different patients in an hour on.")
    a_night = serializers.IntegerField(help_text="From how many different patients in a night on.")
    night_from = serializers.IntegerField(min_value=0, max_value=23, help_text="Hour by the node's clock.")
    night_until = serializers.IntegerField(min_value=0, max_value=23)
    months_at_rest = serializers.IntegerField(help_text="Months without care that make a former patient.")


class NewThresholds(Body):
    """All of them, as they are from now on."""

    an_hour = serializers.IntegerField(min_value=2, max_value=MOST)
    a_night = serializers.IntegerField(min_value=1, max_value=MOST)
    night_from = serializers.IntegerField(min_value=0, max_value=23)
    night_until = serializers.IntegerField(min_value=0, max_value=23)
    months_at_rest = serializers.IntegerField(min_value=1, max_value=MOST_MONTHS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["night_from"] == attrs["night_until"]:
            raise serializers.ValidationError(
                {"night_until": ["The night ends in another hour than it begins."]}
            )
        return attrs


class Pattern(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(list(KINDS))
    actor = serializers.CharField(help_text="Pseudonym in the log, 40 hexadecimal digits.")
    name = serializers.CharField(allow_blank=True, help_text="Of whoever acted, as it was then.")
    title = serializers.CharField(allow_blank=True)
    subject = serializers.CharField(
        allow_blank=True, help_text="Pseudonym of the patient; empty where it is about several."
    )
    patients = serializers.IntegerField(min_value=1)
    accesses = serializers.IntegerField(min_value=1)
    first = serializers.DateTimeField()
    last = serializers.DateTimeField()
    before = serializers.DateTimeField(allow_null=True, help_text="Last care of a former patient here.")
    emergencies = serializers.BooleanField()


class Patterns(serializers.Serializer[Any]):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    thresholds = PatternThresholds()
    findings = Pattern(many=True)


def patterns(made: Made) -> dict[str, Any]:
    return {
        "since": iso(made.since),
        "until": iso(made.until),
        "thresholds": pattern_thresholds(made.by),
        "findings": [_finding(one) for one in made.findings],
    }


def pattern_thresholds(held: Thresholds) -> dict[str, int]:
    return {name: getattr(held, name) for name in held.__slots__}


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "actor": one.actor,
        "name": one.name,
        "title": one.title,
        "subject": one.subject,
        "patients": one.patients,
        "accesses": one.accesses,
        "first": iso(one.first),
        "last": iso(one.last),
        "before": iso(one.before) if one.before else None,
        "emergencies": one.emergencies,
    }
