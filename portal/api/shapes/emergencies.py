"""Emergency access in JSON."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from consent import emergency as rules
from portal.api.shapes.base import Body, FhirId, Prose, Slug, Word
from portal.api.shapes.contracts import iso
from portal.api.shapes.names import Names

STATES = ["open", "over", "reviewed"]


class NewEmergency(Body):
    """Why a clinician overrides a patient's choices."""

    custodian = Slug(help_text="The short name of the organisation that keeps the records.")
    patient = FhirId(help_text="The FHIR Patient id there.")
    reason_code = Word(rules.REASONS)
    reason = Prose(
        min_length=rules.SHORTEST_REASON,
        max_length=rules.LONGEST_REASON,
        help_text="In words; the patient is told, and a privacy officer reviews it.",
    )


class Emergency(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(STATES)
    custodian = serializers.CharField()
    patient = serializers.CharField()
    reason_code = serializers.CharField()
    starts = serializers.DateTimeField()
    ends = serializers.DateTimeField(help_text="When it ends by itself.")
    ended = serializers.DateTimeField(allow_null=True, help_text="When it was ended before that.")


def emergency(found: Any, names: Names) -> dict[str, Any]:
    """An emergency session as JSON, for the clinician who opened it and for the patient."""
    over = found.ended_at is not None or found.ends <= datetime.now(UTC)
    return {
        "id": str(found.id),
        "state": "reviewed" if found.reviewed_at else "over" if over else "open",
        "custodian": names.organisation(found.tenant_id)[0],
        "patient": names.patient(found.tenant_id, found.person),
        "reason_code": found.reason_code,
        "starts": iso(found.starts),
        "ends": iso(found.ends),
        "ended": iso(found.ended_at),
    }
