"""Whom somebody looks after, in JSON."""

from typing import Any

from rest_framework import serializers

from portal.api.shapes.contracts import iso
from portal.api.shapes.names import Names
from portal.records.services import LookedAfter


class Place(serializers.Serializer[Any]):
    custodian = serializers.CharField(help_text="The short name of the organisation that keeps the records.")
    patient = serializers.CharField(help_text="The FHIR Patient id there.")
    ends = serializers.DateTimeField(help_text="Until when at the latest something is shared.")


class Person(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField(allow_blank=True, help_text="Empty where it does not open.")
    places = Place(many=True)
    delegations = serializers.ListField(
        child=serializers.UUIDField(),
        help_text="The contracts by which the caller decides about their sharing; none: the caller only reads.",
    )


def person(found: LookedAfter, names: Names) -> dict[str, Any]:
    """Somebody as JSON."""
    return {
        "id": str(found.person),
        "name": found.patient.name if found.patient else "",
        "places": [
            {
                "custodian": names.organisation(tenant)[0],
                "patient": names.patient(tenant, found.person),
                "ends": iso(ends),
            }
            for tenant, ends in found.places
        ],
        "delegations": [str(one.id) for one in found.delegations],
    }
