"""Archives of evidence in the making, in JSON."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from portal.api.shapes.base import Body, FhirId
from portal.api.shapes.contracts import iso
from portal.api.shapes.runs import STATUSES, RunFinding, progress, status
from portal.inspections.archives import KEPT
from portal.inspections.archives import Archive as Found


class NewArchive(Body):
    """Which part of the log it is to hold; all of it if nothing is said."""

    patient = FhirId(required=False, help_text="The FHIR Patient id of whom alone it is to be about.")
    since = serializers.DateTimeField(required=False, help_text="Sequenced at this instant or later.")
    until = serializers.DateTimeField(required=False, help_text="Sequenced before this instant.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        since, until = attrs.get("since"), attrs.get("until")
        if isinstance(since, datetime) and isinstance(until, datetime) and until < since:
            raise serializers.ValidationError({"until": ["It is before since."]})
        return attrs


class Archive(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(
        STATUSES, help_text="`finished` also where it could not be made: then `findings` say why not."
    )
    asked = serializers.DateTimeField()
    finished = serializers.DateTimeField(allow_null=True)
    expires = serializers.DateTimeField(help_text="When it is deleted; an erasure ends it before.")
    progress = serializers.FloatField(min_value=0, max_value=1)
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    one_patient = serializers.BooleanField(help_text="Whether it is about one patient alone.")
    size = serializers.IntegerField(min_value=0, allow_null=True, help_text="Bytes, once it is made.")
    sha256 = serializers.CharField(allow_null=True, help_text="Of the file, hexadecimal, once it is made.")
    file = serializers.URLField(allow_null=True, help_text="Where it is, once it is made.")
    findings = RunFinding(many=True, help_text="Why it could not be made.")


def archive(found: Found, file: str) -> dict[str, Any]:
    """`file`: the address of its bytes."""
    made = bool(found.held)
    return {
        "id": str(found.id),
        "status": status(found),
        "asked": iso(found.asked),
        "finished": iso(found.finished),
        "expires": iso(found.asked + KEPT),
        "progress": progress(found),
        "since": iso(found.since),
        "until": iso(found.until),
        "one_patient": found.person is not None,
        "size": found.size if made else None,
        "sha256": found.digest if made else None,
        "file": file if made else None,
        "findings": found.findings,
    }
