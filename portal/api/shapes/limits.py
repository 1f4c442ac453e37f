"""What the law keeps of records, in JSON."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers

from consent import standing_restrictions as limits
from consent import vocabulary
from consent.emergency import LONGEST_REASON, SHORTEST_REASON
from consent.restriction import BASES, Restriction, from_json
from portal.accounts import selectors as accounts
from portal.api.shapes.base import Body, Prose, Second, Text, Word, Words
from portal.api.shapes.contracts import iso

OUTCOMES = ("uphold", "lift")
MOST_RECORDS = 100


class NewLimit(Body):
    """What is kept of whose record, on which ground. One of categories, sensitivity and records names something."""

    mrn = Prose(max_length=64, help_text="Record number of the patient.")
    ground = Word(list(BASES))
    categories = Words(list(vocabulary.CATEGORIES), required=False, default=list)
    sensitivity = Words(list(vocabulary.SENSITIVITIES), required=False, default=list)
    records = serializers.ListField(
        child=Text(max_length=130),
        required=False,
        default=list,
        max_length=MOST_RECORDS,
        help_text="Single entries, such as Observation/7. What refers to one of them is kept with it.",
    )
    ends = Second(required=False, allow_null=True, default=None, help_text="If absent: until it is lifted.")
    reason = Prose(
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        help_text="Who decided it and why. The patient reads it.",
    )

    def restriction(self, *, custodian: UUID, person: UUID) -> Restriction:
        """What was sent. Raises RestrictionMalformed and what is wrong with a word of it."""
        given = self.validated_data
        return Restriction(
            custodian,
            person,
            given["ground"],
            given["categories"],
            given["sensitivity"],
            given["records"],
            given["ends"],
        )


class LimitReview(Body):
    """What becomes of a limit of which the patient asked for a review. The patient reads the note."""

    outcome = serializers.ChoiceField(OUTCOMES)
    note = Prose(min_length=SHORTEST_REASON, max_length=LONGEST_REASON)


class Limit(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    ground = serializers.CharField(help_text=", ".join(BASES))
    law = serializers.CharField(help_text="The paragraph that it rests on.")
    bars = serializers.CharField(help_text="patient, representative, others or payers.")
    categories = serializers.ListField(child=serializers.CharField(), help_text="Empty: every one.")
    sensitivity = serializers.ListField(child=serializers.CharField())
    records = serializers.ListField(child=serializers.CharField())
    placed = serializers.DateTimeField()
    ends = serializers.DateTimeField(allow_null=True, help_text="null: until it is lifted.")
    reviewable = serializers.BooleanField(help_text="Whether the patient may ask for a review.")
    review_asked = serializers.DateTimeField(allow_null=True)
    reviewed = serializers.DateTimeField(allow_null=True)
    upheld = serializers.BooleanField(allow_null=True, help_text="What a review came to; null before.")


class LimitHere(Limit):
    mrn = serializers.CharField(allow_blank=True, help_text="Of the patient, who is not named here.")


class WholeLimit(LimitHere):
    reason = serializers.CharField(help_text="In the words of whoever placed it.")
    lifted = serializers.DateTimeField(allow_null=True)
    over = serializers.BooleanField(help_text="Lifted, or past its end.")


class OwnLimit(Limit):
    custodian = serializers.CharField(help_text="The organisation that keeps it.")
    reason = serializers.CharField(help_text="In the words of whoever placed it.")


def limit(row: Any) -> dict[str, Any]:
    """A restriction, as consent.standing_restrictions returns it."""
    terms = from_json(row.terms)
    basis = BASES[terms.basis]
    return {
        "id": str(row.id),
        "ground": terms.basis,
        "law": basis.source,
        "bars": basis.bars,
        "categories": list(terms.categories),
        "sensitivity": list(terms.sensitivity),
        "records": list(terms.records),
        "placed": iso(row.placed_at),
        "ends": iso(terms.ends),
        "reviewable": basis.reviewable,
        "review_asked": iso(row.review_asked_at),
        "reviewed": iso(row.reviewed_at),
        "upheld": row.upheld if row.reviewed_at else None,
    }


def limit_here(row: Any, mrns: Mapping[UUID, str]) -> dict[str, Any]:
    """As its privacy officers see it in their list. `mrns` by person."""
    return {**limit(row), "mrn": mrns.get(row.person, "")}


def whole_limit(row: Any) -> dict[str, Any]:
    """The same with its reason and what became of it. In the tenant's scope."""
    return {
        **limit_here(row, mrns_of([row])),
        "reason": limits.restriction_reason(row),
        "lifted": iso(row.lifted_at),
        "over": not limits.holds(row),
    }


def own_limit(row: Any, custodian: str) -> dict[str, Any]:
    """As the patient reads it. In the tenant's scope."""
    return {**limit(row), "custodian": custodian, "reason": limits.restriction_reason(row)}


def mrns_of(rows: list[Any]) -> dict[UUID, str]:
    """Record numbers of the patients of these rows, by person. In the tenant's scope."""
    found = accounts.registrations_of({row.person for row in rows})
    return {person: row.mrn for person, row in found.items()}
