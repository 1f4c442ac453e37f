"""Onlookers in JSON."""

from typing import Any

from rest_framework import serializers


class Onlooker(serializers.Serializer[Any]):
    kind = serializers.CharField(
        help_text="As contracts name grantees; `own-staff` of the custodian; `emergency`: whoever breaks the glass."
    )
    name = serializers.CharField(help_text="Empty where it is nobody in particular.")


class Sight(serializers.Serializer[Any]):
    onlooker = Onlooker()
    category = serializers.CharField()
    purposes = serializers.ListField(child=serializers.CharField())
    layer = serializers.CharField(help_text="law, emergency, contract or base: what permits it.")
    sentence = serializers.CharField()
    contract = serializers.UUIDField(allow_null=True)
    ends = serializers.DateTimeField(allow_null=True)


class Change(serializers.Serializer[Any]):
    onlooker = Onlooker()
    gains = serializers.ListField(child=serializers.CharField(), help_text="Categories.")
    loses = serializers.ListField(child=serializers.CharField(), help_text="Categories.")
