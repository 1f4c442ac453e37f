"""Emergency accesses that are judged, in JSON."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers

from consent import emergency as rules
from consent import selectors as consent
from portal.accounts import selectors as accounts
from portal.api.shapes.base import Body, Prose, Word
from portal.api.shapes.contracts import iso
from portal.api.shapes.emergencies import STATES
from portal.records.services import opened_under


class Finding(Body):
    """How a review ends. The patient reads it."""

    outcome = Word(rules.OUTCOMES)
    note = Prose(
        min_length=rules.SHORTEST_REASON,
        max_length=rules.LONGEST_REASON,
        help_text="What you looked at and why you judge so.",
    )


class Review(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Of the emergency session.")
    state = serializers.ChoiceField(STATES, help_text="Only one that is over can be concluded.")
    clinician = serializers.CharField(allow_blank=True, help_text="Empty where the account is gone.")
    organisation = serializers.CharField(help_text="For which the clinician acted.")
    mrn = serializers.CharField(allow_blank=True, help_text="Of the patient, who is not named here.")
    reason_code = serializers.CharField()
    starts = serializers.DateTimeField()
    ends = serializers.DateTimeField(help_text="When it ends by itself.")
    ended = serializers.DateTimeField(allow_null=True, help_text="When it was ended before that.")


class Opened(serializers.Serializer[Any]):
    time = serializers.DateTimeField()
    entry = serializers.UUIDField(help_text="Of the ledger.")
    categories = serializers.ListField(child=serializers.CharField())


class WholeReview(Review):
    reason = serializers.CharField(help_text="In the clinician's words.")
    opened = Opened(many=True, help_text="What was opened of this record meanwhile, the first thing first.")
    outcome = serializers.ChoiceField(list(rules.OUTCOMES), allow_null=True)
    reviewed = serializers.DateTimeField(allow_null=True)


@dataclass(frozen=True)
class Parties:
    """Names for what sessions hold as ids."""

    clinicians: Mapping[UUID, str]
    organisations: Mapping[UUID, str]
    mrns: Mapping[UUID, str]

    @classmethod
    def of(cls, sessions: Collection[Any]) -> "Parties":
        """Of these sessions, in the tenant's scope."""
        patients = accounts.registrations_of(item.person for item in sessions)
        return cls(
            accounts.names(item.actor for item in sessions),
            accounts.organisation_names(item.organisation for item in sessions),
            {person: row.mrn for person, row in patients.items()},
        )


def review(found: Any, parties: Parties) -> dict[str, Any]:
    """An emergency session as its reviewers see it in their queue."""
    over = found.ended_at is not None or found.ends <= datetime.now(UTC)
    return {
        "id": str(found.id),
        "state": "reviewed" if found.reviewed_at else "over" if over else "open",
        "clinician": parties.clinicians.get(found.actor, ""),
        "organisation": parties.organisations.get(found.organisation, ""),
        "mrn": parties.mrns.get(found.person, ""),
        "reason_code": found.reason_code,
        "starts": iso(found.starts),
        "ends": iso(found.ends),
        "ended": iso(found.ended_at),
    }


def whole_review(found: Any) -> dict[str, Any]:
    """The same with all that it is judged by. In the tenant's scope."""
    return {
        **review(found, Parties.of([found])),
        "reason": consent.reason_of(found),
        "opened": [
            {"time": iso(access.time), "entry": str(access.entry), "categories": access.categories}
            for access in opened_under(found)
        ],
        "outcome": found.outcome or None,
        "reviewed": iso(found.reviewed_at),
    }
