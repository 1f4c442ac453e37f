"""Corrections of records (45 CFR 164.526) in JSON, as their patient reads them and as the organisation does."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.validators import RegexValidator
from rest_framework import serializers

from portal.accounts.models import Registration
from portal.api.shapes.base import Body, Prose, Slug, Text
from portal.api.shapes.cases import MyCase, PutCase, mine, put
from portal.api.shapes.names import Names
from portal.cases.models import Case
from portal.cases.selectors import Written
from portal.cases.words import GROUNDS, LONGEST, SHORTEST

REFERENCE = r"^[A-Z][A-Za-z]{0,63}/[A-Za-z0-9.-]{1,64}\Z"
RECORD = "The record that it is about, as Type/id."
EXTENDED = "Whether it was put off, by thirty days and once."
GROUND = f"Of a denial: {', '.join(GROUNDS)}; empty otherwise."
PATIENT_WROTE, ORGANISATION_WROTE = "What the patient wrote.", "What the organisation wrote."
DISAGREEMENT = "The patient's statement of disagreement, beside a denial."


class NewCorrection(Body):
    """ "This is wrong"."""

    custodian = Slug(help_text="The short name of the organisation that keeps the record.")
    record = Text(
        max_length=129, trim_whitespace=False, validators=[RegexValidator(REFERENCE)], help_text=RECORD
    )
    words = Prose(min_length=SHORTEST, max_length=LONGEST, help_text="What is wrong, and how it should read.")


class Disagreement(Body):
    words = Prose(min_length=SHORTEST, max_length=LONGEST, help_text="Your statement of disagreement.")


class Note(Body):
    note = Prose(min_length=SHORTEST, max_length=LONGEST, help_text="To the patient.")


class Denial(Note):
    """On no other ground may a correction be denied (45 CFR 164.526(a)(2))."""

    ground = serializers.ChoiceField(list(GROUNDS), help_text="Why it may be denied.")


class CorrectionLine(MyCase):
    record = serializers.CharField(help_text=RECORD)
    extended = serializers.BooleanField(help_text=EXTENDED)
    ground = serializers.CharField(allow_blank=True, help_text=GROUND)
    disagreed = serializers.BooleanField(help_text="Whether a statement of disagreement stands beside it.")


class Correction(CorrectionLine):
    words = serializers.CharField(help_text=PATIENT_WROTE)
    answer = serializers.CharField(allow_blank=True, help_text=ORGANISATION_WROTE)
    disagreement = serializers.CharField(allow_blank=True, help_text=DISAGREEMENT)


class PutCorrectionLine(PutCase):
    record = serializers.CharField(help_text=RECORD)
    extended = serializers.BooleanField(help_text=EXTENDED)
    ground = serializers.CharField(allow_blank=True, help_text=GROUND)
    disagreed = serializers.BooleanField(help_text="Whether a statement of disagreement stands beside it.")


class PutCorrection(PutCorrectionLine):
    words = serializers.CharField(help_text=PATIENT_WROTE)
    answer = serializers.CharField(allow_blank=True, help_text=ORGANISATION_WROTE)
    disagreement = serializers.CharField(allow_blank=True, help_text=DISAGREEMENT)


def correction_line(found: Case, names: Names) -> dict[str, Any]:
    """A correction on its patient's list."""
    return {**mine(found, names), **_about(found)}


def correction(found: Case, said: Written, names: Names) -> dict[str, Any]:
    """A correction as its patient reads it."""
    return {**correction_line(found, names), **_written(said)}


def put_correction_line(found: Case, patients: Mapping[UUID, Registration]) -> dict[str, Any]:
    """A correction on the organisation's list."""
    return {**put(found, patients), **_about(found)}


def put_correction(found: Case, said: Written, patients: Mapping[UUID, Registration]) -> dict[str, Any]:
    """A correction as whoever answers it reads it."""
    return {**put_correction_line(found, patients), **_written(said)}


def _about(found: Case) -> dict[str, Any]:
    return {
        "record": f"{found.record_type}/{found.record_id}",
        "extended": found.extended,
        "ground": found.ground,
        "disagreed": found.disagreement is not None,
    }


def _written(said: Written) -> dict[str, str]:
    return {"words": said.words, "answer": said.answer, "disagreement": said.disagreement}
