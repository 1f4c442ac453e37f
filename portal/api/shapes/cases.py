"""What questions and corrections have in common in JSON."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers

from portal.accounts.models import Registration
from portal.api.shapes.contracts import iso
from portal.api.shapes.names import Names
from portal.cases.models import Case, State

STATES = State.values


class Dated(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(
        STATES, help_text="A question ends as answered, a correction as accepted or denied."
    )
    asked = serializers.DateTimeField()
    due = serializers.DateTimeField(help_text="Until when it is to be answered.")
    answered = serializers.DateTimeField(allow_null=True)


class MyCase(Dated):
    """As its patient reads it."""

    custodian = serializers.CharField(help_text="To which organisation it was put; short name.")
    read = serializers.DateTimeField(allow_null=True, help_text="When the patient first opened the answer.")


class PutCase(Dated):
    """As the organisation reads it."""

    patient = serializers.CharField(allow_blank=True, help_text="The FHIR Patient id.")
    mrn = serializers.CharField(allow_blank=True, help_text="The record number.")
    late = serializers.BooleanField(help_text="Whether its time is over, and it is not answered.")


def mine(found: Case, names: Names) -> dict[str, Any]:
    return {
        **_dated(found),
        "custodian": names.organisation(found.tenant_id)[0],
        "read": iso(found.seen_at),
    }


def put(found: Case, patients: Mapping[UUID, Registration]) -> dict[str, Any]:
    """`patients`: the organisation's, by person."""
    patient = patients.get(found.person)
    return {
        **_dated(found),
        "patient": patient.patient if patient else "",
        "mrn": patient.mrn if patient else "",
        "late": found.state == State.OPEN and found.due < datetime.now(UTC),
    }


def _dated(found: Case) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "state": str(found.state),
        "asked": iso(found.asked_at),
        "due": iso(found.due),
        "answered": iso(found.answered_at),
    }
