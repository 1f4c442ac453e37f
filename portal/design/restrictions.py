"""Grounds of limits by law in plain words, for whoever places one and for the patient who reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from consent.restriction import BASES, OTHERS, PATIENT, PAYERS, REPRESENTATIVE, Restriction, from_json
from portal.design.vocabulary import CATEGORIES, SENSITIVITIES

GROUNDS: Mapping[str, StrOrPromise] = {
    "endangers-life": gettext_lazy("Seeing it is likely to endanger somebody’s life or safety"),
    "harms-another": gettext_lazy("Seeing it is likely to harm somebody whom it speaks of"),
    "representative": gettext_lazy("Somebody who acts for the patient seeing it is likely to cause harm"),
    "psychotherapy-notes": gettext_lazy("Psychotherapy notes"),
    "legal-proceedings": gettext_lazy("Put together for legal proceedings"),
    "accuracy-contested": gettext_lazy("The patient says that it is wrong, until that is settled"),
    "unlawful-processing": gettext_lazy("It should not have been kept, and the patient wants it kept unused"),
    "legal-claims": gettext_lazy("Kept for the patient’s legal claims alone"),
    "objection": gettext_lazy("The patient objected, until that is settled"),
    "paid-in-full": gettext_lazy("The patient paid in full, so no insurer is told"),
}
WHOM: Mapping[str, StrOrPromise] = {
    PATIENT: gettext_lazy("Kept from the patient and from whoever acts for them"),
    REPRESENTATIVE: gettext_lazy("Kept from whoever acts for the patient"),
    OTHERS: gettext_lazy("Kept from everybody but the patient, in an emergency too"),
    PAYERS: gettext_lazy("Kept from payment and from running the organisation"),
}


@dataclass(frozen=True)
class Limit:
    """One limit by law as a page shows it. `asked`: when a review of it was; `upheld`: it was, by a review. `mrn` is
    for staff alone, `place` and `slug` (of the custodian) for the patient."""

    id: UUID
    ground: str
    source: str
    whom: str
    what: str
    placed: datetime
    ends: datetime | None
    reviewable: bool
    asked: datetime | None
    upheld: bool
    mrn: str = ""
    place: str = ""
    slug: str = ""


def limit_of(row: Any, *, mrn: str = "", place: str = "", slug: str = "") -> Limit:
    """A restriction, as consent.standing_restrictions returns it."""
    terms = from_json(row.terms)
    basis = BASES[terms.basis]
    return Limit(
        id=row.id,
        ground=str(GROUNDS[terms.basis]),
        source=basis.source,
        whom=str(WHOM[basis.bars]),
        what=what_of(terms),
        placed=row.placed_at,
        ends=terms.ends,
        reviewable=basis.reviewable,
        asked=row.review_asked_at,
        upheld=bool(row.upheld),
        mrn=mrn,
        place=place,
        slug=slug,
    )


def what_of(terms: Restriction) -> str:
    """What it reaches, in words."""
    parts = ", ".join(CATEGORIES[name] for name in terms.categories) or _("every part of the record")
    said = [parts[:1].upper() + parts[1:]]
    if terms.sensitivity:
        labels = ", ".join(SENSITIVITIES[code] for code in terms.sensitivity)
        said.append(_("Only what is marked as: %(labels)s") % {"labels": labels})
    if terms.records:
        said.append(_("Only %(records)s and what refers to it") % {"records": ", ".join(terms.records)})
    return ". ".join(said)


def grounds_by_whom() -> list[tuple[str, list[tuple[str, StrOrPromise]]]]:
    """The grounds as choices, grouped by whom they bar."""
    return [
        (str(WHOM[whom]), [(name, GROUNDS[name]) for name, basis in BASES.items() if basis.bars == whom])
        for whom in WHOM
    ]
