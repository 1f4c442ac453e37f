"""A consent to share records of treatment for substance use, by what 42 CFR 2.31(a) asks it to say."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from consent.part2 import elements
from consent.sentence import TEMPLATE, Display, day, until
from consent.terms import Terms
from portal.design.shapes import Fact

ELEMENTS: Mapping[str, StrOrPromise] = {
    "1 patient": _("Patient"),
    "2 who may disclose": _("Who may share"),
    "3 how much and what kind": _("How much, and what"),
    "4 recipients": _("Who receives it"),
    "4 passing on": _("Passing it on"),
    "5 purpose": _("What for"),
    "6 right to revoke": _("Your right to revoke"),
    "7 expiry": _("Until"),
    "8 signature": _("Signature"),
    "9 date": _("Date of signing"),
    "10 no longer protected": _("Protection afterwards"),
    "10 refusal": _("If you do not sign"),
}


def facts(
    terms: Terms,
    display: Display,
    *,
    patient: str,
    kinds: Collection[str] = (),
    signed: datetime | None = None,
    template: str = TEMPLATE,
) -> list[Fact]:
    """Each element as a line, in the order of the rule; none of a contract that is not under Part 2.

    `template`: of the sentence, if it was signed.
    """
    if not terms.redisclosure:
        return []
    said = elements(
        terms,
        patient=patient,
        custodian=display.custodian,
        recipient=", ".join(filter(None, (display.grantee, display.organisation))),
        expiry=until(terms.ends),
        signed=day(signed.replace(microsecond=0)) if signed else "",
        kinds=kinds,
        template=template,
    )
    return [Fact(name=str(name), value=said[key]) for key, name in ELEMENTS.items() if said[key]]
