"""Reports back to patients in JSON."""

from typing import Any

from rest_framework import serializers

from consent.services.reports import OUTCOMES
from ledger.selectors import Entry
from portal.api.shapes.base import Body, FhirId, Slug
from portal.api.shapes.contracts import iso

MEANINGS = "We talked about it or will, a letter follows, please make an appointment, nothing new came of it."


class NewReport(Body):
    """One of a few answers: findings belong in the record, and auditors read entries."""

    custodian = Slug(help_text="The short name of the organisation that keeps the records.")
    patient = FhirId(help_text="The FHIR Patient id there.")
    outcome = serializers.ChoiceField(list(OUTCOMES), help_text=MEANINGS)


class Report(serializers.Serializer[Any]):
    entry = serializers.UUIDField(help_text="The ledger entry that it is.")
    custodian = serializers.CharField(help_text="Whose log holds it; short name.")
    contract = serializers.UUIDField(help_text="The contract that asks for it.")
    outcome = serializers.CharField(help_text=f"{', '.join(OUTCOMES)}: {MEANINGS}")
    made = serializers.DateTimeField()


def report(found: Entry, custodian: str) -> dict[str, Any]:
    """A report as JSON; of an entry that opens."""
    return {
        "entry": str(found.id),
        "custodian": custodian,
        "contract": found.audit["contract"],
        "outcome": found.audit["outcome"],
        "made": iso(found.time),
    }
