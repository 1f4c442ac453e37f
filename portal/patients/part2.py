"""A consent to share records of treatment for substance use, by what 42 CFR 2.31(a) asks it to say."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from consent.sentence import Display
from consent.templates import part2_elements
from consent.terms import Terms
from portal.design.shapes import Fact

ELEMENTS: Mapping[str, StrOrPromise] = {
    "1 patient": _("Patient"),
    "2 who may disclose": _("Who may share"),
    "3 how much and what kind": _("How much, and what"),
    "4 recipients": _("Who receives it"),
    "5 purpose": _("What for"),
    "6 right to revoke": _("Your right to revoke"),
    "7 expiry": _("Until"),
    "8 signature": _("Signature"),
    "9 date": _("Date of signing"),
}


def facts(terms: Terms, display: Display, *, patient: str, **known: Any) -> list[Fact]:
    """Each element as a line, in the order of the rule; none of a contract that is not under Part 2."""
    if not terms.redisclosure:
        return []
    said = part2_elements(terms, display, patient=patient, **known)
    return [Fact(name=str(name), value=said[key]) for key, name in ELEMENTS.items()]
