"""Guardians of an organisation's patients, in JSON."""

from typing import Any

from rest_framework import serializers

from portal.api.shapes.contracts import iso
from portal.records.services import Guardian as Found

STATES = ["active", "suspended"]


class Guardian(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Of the contract by which they decide.")
    name = serializers.CharField(allow_blank=True, help_text="Empty where the account is gone.")
    mrn = serializers.CharField(allow_blank=True, help_text="The record number of the patient.")
    since = serializers.DateTimeField()
    ends = serializers.DateTimeField()
    state = serializers.ChoiceField(STATES)
    by_custodian = serializers.BooleanField(
        help_text="Of one that is suspended: by the organisation, which alone resumes it; else by the patient."
    )


def guardian(found: Found) -> dict[str, Any]:
    """A guardian as JSON."""
    return {
        "id": str(found.contract),
        "name": found.name,
        "mrn": found.mrn,
        "since": iso(found.since),
        "ends": iso(found.ends),
        "state": "suspended" if found.paused else "active",
        "by_custodian": found.by_custodian,
    }
