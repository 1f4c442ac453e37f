"""Requests for access in JSON."""

from typing import Any

from rest_framework import serializers

from consent import selectors, vocabulary
from ledger.scope import tenant_scope
from portal.api.shapes.base import Body, FhirId, Prose, Second, Slug, Words
from portal.api.shapes.contracts import iso
from portal.api.shapes.names import Names

STATES = ["open", "approved", "declined"]


class NewRequest(Body):
    """What a clinician asks of a patient."""

    custodian = Slug(help_text="The short name of the organisation that keeps the records.")
    patient = FhirId(help_text="The FHIR Patient id there.")
    categories = Words(vocabulary.CATEGORIES, min_length=1)
    purposes = Words(vocabulary.PURPOSES, min_length=1)
    ends = Second(help_text="Until when, to the second; without zone: UTC.")
    message = Prose(
        required=False, allow_blank=True, max_length=1000, default="", help_text="Why; the patient reads it."
    )


class Request(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(STATES)
    custodian = serializers.CharField()
    patient = serializers.CharField()
    requester = serializers.EmailField()
    requester_name = serializers.CharField()
    organisation = serializers.CharField(
        allow_null=True, help_text="For which organisation the clinician asked."
    )
    categories = serializers.ListField(child=serializers.CharField())
    purposes = serializers.ListField(child=serializers.CharField())
    ends = Second(help_text="Until when, to the second; without zone: UTC.")
    message = serializers.CharField(allow_blank=True)
    made = serializers.DateTimeField()
    answered = serializers.DateTimeField(allow_null=True)


def request(found: Any, names: Names) -> dict[str, Any]:
    """A request as JSON."""
    with tenant_scope(found.tenant_id):
        message = selectors.message_of(found)
    email, name = names.account(found.requester)
    return {
        "id": str(found.id),
        "state": str(found.state),
        "custodian": names.organisation(found.tenant_id)[0],
        "patient": names.patient(found.tenant_id, found.person),
        "requester": email,
        "requester_name": name,
        "organisation": names.organisation(found.organisation)[0] if found.organisation else None,
        "categories": found.categories,
        "purposes": found.purposes,
        "ends": iso(found.ends),
        "message": message,
        "made": iso(found.made_at),
        "answered": iso(found.answered_at),
    }
