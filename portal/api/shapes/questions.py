"""Questions about accesses in JSON, as their patient reads them and as the organisation does."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers

from consent.emergency import OUTCOMES
from portal.accounts.models import Registration
from portal.api.shapes.base import Body, Prose, Slug
from portal.api.shapes.cases import MyCase, PutCase, mine, put
from portal.api.shapes.contracts import iso
from portal.api.shapes.names import Names
from portal.cases.models import Case
from portal.cases.selectors import Written
from portal.cases.words import LONGEST, SHORTEST
from portal.records.services import Access

OUTCOME = "How the access was found: " + " or ".join(OUTCOMES) + "; empty until it is answered."


class NewQuestion(Body):
    """ "I don't recognise this"."""

    custodian = Slug(help_text="The short name of the organisation whose log holds the access.")
    entry = serializers.UUIDField(help_text="The access, as `entry` in the list of accesses.")
    words = Prose(min_length=SHORTEST, max_length=LONGEST, help_text="What you want to say.")


class QuestionAnswer(Body):
    """What was found about an access."""

    outcome = serializers.ChoiceField(list(OUTCOMES), help_text="Whether it was right.")
    note = Prose(min_length=SHORTEST, max_length=LONGEST, help_text="Why; the patient reads it.")


class QuestionLine(MyCase):
    entry = serializers.UUIDField(help_text="The access that it is about.")
    outcome = serializers.CharField(allow_blank=True, help_text=OUTCOME)


class Question(QuestionLine):
    words = serializers.CharField(help_text="What the patient wrote.")
    answer = serializers.CharField(allow_blank=True, help_text="What the organisation wrote.")


class PutQuestionLine(PutCase):
    entry = serializers.UUIDField(help_text="The access that it is about.")
    outcome = serializers.CharField(allow_blank=True, help_text=OUTCOME)


class AskedAbout(serializers.Serializer[Any]):
    """The access, as far as whoever answers needs it."""

    time = serializers.DateTimeField()
    actor = serializers.CharField(allow_blank=True, help_text="The name of whoever acted, as it was then.")
    title = serializers.CharField(allow_blank=True)
    organisation = serializers.CharField(allow_blank=True, help_text="Its name.")
    categories = serializers.ListField(child=serializers.CharField())
    layer = serializers.CharField(allow_blank=True, help_text="law, emergency, contract, base or engine.")
    sentence = serializers.CharField(allow_blank=True, help_text="By which it was decided.")


class PutQuestion(PutQuestionLine):
    words = serializers.CharField(help_text="What the patient wrote.")
    answer = serializers.CharField(allow_blank=True, help_text="What was answered.")
    access = AskedAbout()


def question_line(found: Case, names: Names) -> dict[str, Any]:
    """A question on its patient's list."""
    return {**mine(found, names), **_about(found)}


def question(found: Case, said: Written, names: Names) -> dict[str, Any]:
    """A question as its patient reads it."""
    return {**question_line(found, names), "words": said.words, "answer": said.answer}


def put_question_line(found: Case, patients: Mapping[UUID, Registration]) -> dict[str, Any]:
    """A question on the organisation's list."""
    return {**put(found, patients), **_about(found)}


def put_question(
    found: Case, said: Written, access: Access, patients: Mapping[UUID, Registration]
) -> dict[str, Any]:
    """A question as whoever answers it reads it."""
    return {
        **put_question_line(found, patients),
        "words": said.words,
        "answer": said.answer,
        "access": {
            "time": iso(access.time),
            "actor": access.name,
            "title": access.title,
            "organisation": access.organisation_name,
            "categories": list(access.categories),
            "layer": access.layer,
            "sentence": access.sentence,
        },
    }


def _about(found: Case) -> dict[str, Any]:
    return {"entry": str(found.entry), "outcome": found.outcome}
