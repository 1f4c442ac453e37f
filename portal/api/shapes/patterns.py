"""Patterns worth a look, in JSON."""

from typing import Any

from rest_framework import serializers

from portal.api.shapes.contracts import iso
from portal.patterns.services import KINDS, Finding
from portal.patterns.services import Patterns as Made


class PatternThresholds(serializers.Serializer[Any]):
    an_hour = serializers.IntegerField(help_text="From how many different patients in an hour on.")
    a_night = serializers.IntegerField(help_text="From how many different patients in a night on.")
    night_from = serializers.IntegerField(min_value=0, max_value=23, help_text="Hour by the node's clock.")
    night_until = serializers.IntegerField(min_value=0, max_value=23)
    months_at_rest = serializers.IntegerField(help_text="Months without care that make a former patient.")


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
        "thresholds": {name: getattr(made.by, name) for name in made.by.__slots__},
        "findings": [_finding(one) for one in made.findings],
    }


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
