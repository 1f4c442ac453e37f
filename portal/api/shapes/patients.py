"""Patients as their clinicians find them, and whom a clinician has to do with, in JSON."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers

from portal.api.shapes.base import Body, Prose, Slug
from portal.api.shapes.contracts import iso
from portal.api.shapes.names import Names
from portal.records.services import Patient, Related

KINDS = ["sharing", "request", "emergency"]
STATES = ["in-force", "open", "approved", "declined"]


class WhoIsIt(Body):
    """A record number within one's own organisation, or the whole name with the birth date."""

    custodian = Slug(help_text="The short name of the organisation that keeps the records.")
    mrn = Prose(required=False, max_length=64)
    family = Prose(required=False, max_length=100)
    given = Prose(required=False, max_length=100)
    birth_date = serializers.DateField(required=False, help_text="YYYY-MM-DD")


class FoundPatient(serializers.Serializer[Any]):
    patient = serializers.CharField(help_text="The FHIR Patient id there.")
    mrn = serializers.CharField()
    name = serializers.CharField()
    birth_date = serializers.DateField(allow_null=True)
    gender = serializers.CharField(allow_blank=True)
    shared_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when something is shared with the caller; null where nothing is."
    )
    entry = serializers.UUIDField(help_text="The ledger entry that tells the patient that somebody looked.")


class FoundPatients(serializers.Serializer[Any]):
    results = FoundPatient(many=True)


class Work(serializers.Serializer[Any]):
    id = serializers.UUIDField(
        help_text="Of the newest contract, of the request, or of the emergency session."
    )
    kind = serializers.ChoiceField(KINDS)
    state = serializers.ChoiceField(STATES)
    custodian = serializers.CharField()
    patient = serializers.CharField(help_text="The FHIR Patient id there.")
    name = serializers.CharField(
        allow_blank=True, help_text="Empty for whom the caller only asked, without an answer that stands."
    )
    categories = serializers.ListField(child=serializers.CharField())
    since = serializers.DateTimeField()
    ends = serializers.DateTimeField()


def found_patients(found: list[Patient], until: Mapping[UUID, datetime]) -> dict[str, Any]:
    """Whom a search found; `until`: until when each person shares something with the caller."""
    return {
        "results": [
            {
                "patient": patient.patient,
                "mrn": patient.mrn,
                "name": patient.name,
                "birth_date": patient.birth_date.isoformat() if patient.birth_date else None,
                "gender": patient.gender,
                "shared_until": iso(until.get(patient.person)),
                "entry": str(patient.promise.promise.id) if patient.promise else None,
            }
            for patient in found
        ]
    }


def work(found: Related, names: Names) -> Iterator[tuple[datetime, UUID, dict[str, Any]]]:
    """Each thing that a clinician has to do with: since when, its id, and its shape."""
    for since, item, own in _things(found):
        known = found.patients.get((item.tenant_id, item.person))
        about = {
            "id": str(item.id),
            "custodian": names.organisation(item.tenant_id)[0],
            "patient": known.patient if known else names.patient(item.tenant_id, item.person),
            "name": known.name if known else "",
            "since": iso(since),
        }
        yield since, item.id, about | own


def _things(found: Related) -> Iterator[tuple[datetime, Any, dict[str, Any]]]:
    for each in found.sharing():
        own = _own("sharing", "in-force", each.categories, each.ends)
        yield each.newest.activated_at, each.newest, own
    for item in found.requests:
        yield item.made_at, item, _own("request", str(item.state), item.categories, item.ends)
    for item in found.emergencies:
        yield item.starts, item, _own("emergency", "in-force", (), item.ends)


def _own(kind: str, state: str, categories: Iterable[str], ends: datetime) -> dict[str, Any]:
    return {"kind": kind, "state": state, "categories": sorted(categories), "ends": iso(ends)}
