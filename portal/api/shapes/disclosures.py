"""The accounting of disclosures in JSON."""

from typing import Any

from rest_framework import serializers

from consent.vocabulary import CATEGORIES, PURPOSES
from portal.api.shapes.contracts import iso
from portal.disclosures.grounds import GROUNDS
from portal.disclosures.services import Accounting as Made


class Disclosure(serializers.Serializer[Any]):
    first = serializers.DateTimeField(help_text="When it was disclosed, the first time of several.")
    last = serializers.DateTimeField()
    times = serializers.IntegerField(min_value=1)
    recipient = serializers.CharField(help_text="Organisation, or person where none is known.")
    person = serializers.CharField(allow_blank=True, help_text="Who of that organisation.")
    address = serializers.CharField(allow_blank=True, help_text="Empty where it is not known.")
    categories = serializers.ListField(child=serializers.ChoiceField(list(CATEGORIES)))
    records = serializers.IntegerField(min_value=0)
    purpose = serializers.ChoiceField(list(PURPOSES))
    ground = serializers.ChoiceField(
        list(GROUNDS), allow_blank=True, help_text="Why the rule leaves it out; empty where it does not."
    )


class Accounting(serializers.Serializer[Any]):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    left_out = serializers.IntegerField(min_value=0, help_text="Accesses that the rule leaves out.")
    disclosures = Disclosure(many=True)


def accounting(made: Made) -> dict[str, Any]:
    return {
        "since": iso(made.since),
        "until": iso(made.until),
        "left_out": made.left_out,
        "disclosures": [
            {
                "first": iso(line.first),
                "last": iso(line.last),
                "times": line.times,
                "recipient": line.recipient,
                "person": line.person,
                "address": line.address,
                "categories": list(line.categories),
                "records": line.records,
                "purpose": line.purpose,
                "ground": line.ground,
            }
            for line in made.lines
        ],
    }
