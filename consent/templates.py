"""Contracts for common purposes: terms to begin from, and what people should know before they sign them. Pure.

The law that each serves is named in its explanation. Whoever fills one in may change every part before signing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from consent.errors import ContradictoryTerms, UnknownTemplate
from consent.sentence import Display, day, until
from consent.terms import Grantee, Terms
from consent.vocabulary import CATEGORIES, PURPOSES, SENSITIVITIES

CLINICAL = tuple(name for name in CATEGORIES if name not in {"demographics", "insurance", "messages"})
TREATING = ("demographics", *CLINICAL)
"""Whoever treats somebody has to see whose record lies before them; a second opinion can do without."""
REDISCLOSURE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
"""The statement of 42 CFR 2.32(a)(2), which goes with every disclosure that such a contract permits."""


@dataclass(frozen=True)
class Template:
    """`kinds`: with whom it may be, the usual first. `parts`: of the terms, as `Terms` names them."""

    name: str
    title: str
    explanation: str
    kinds: tuple[str, ...]
    parts: Mapping[str, Any] = field(default_factory=dict)


TEMPLATES: Mapping[str, Template] = {
    template.name: template
    for template in (
        Template(
            "treatment",
            "My treatment",
            "Those who treat you read what they need for it. Sensitive records stay closed unless you name them.",
            ("practitioner", "organisation", "team", "group"),
            {"categories": TREATING, "purposes": ("TREAT",)},
        ),
        Template(
            "second-opinion",
            "A second opinion",
            "Another clinician reads your record for a while and reports back to you. You are told of each look.",
            ("practitioner",),
            {"categories": CLINICAL, "purposes": ("TREAT",), "report_back": True, "strong": True},
        ),
        Template(
            "emergency-card",
            "Emergency card",
            "What a stranger must know to help you: allergies, medicines, conditions, immunisations. It is read in "
            "emergencies only, and you are told at once.",
            ("group", "organisation"),
            {
                "categories": ("allergies", "medicines", "conditions", "immunisations", "demographics"),
                "purposes": ("ETREAT", "TREAT"),
                "suspend_above": 20,
            },
        ),
        Template(
            "family",
            "Somebody of my family",
            "A relative or friend sees what you choose, as your guardian. It gives them no say in whom you share with.",
            ("person",),
            {"categories": ("visits", "medicines", "allergies", "care-plans"), "purposes": ("PATRQT",)},
        ),
        Template(
            "research",
            "Research",
            "Researchers read your record and may take a copy. You can stop this, but not call back what was copied.",
            ("organisation", "role", "application"),
            {
                "categories": CLINICAL,
                "purposes": ("HRESCH",),
                "actions": ("read", "export"),
                "report_back": True,
            },
        ),
        Template(
            "part-2",
            "Substance use treatment (42 CFR Part 2)",
            "Records of treatment for substance use are shared with those whom you name, for the purpose that you "
            "name, until the day that you name. You may revoke this at any time, in writing or here; what was shared "
            "before in reliance on it stays shared. Receivers are told that the law forbids to pass them on.",
            ("practitioner", "organisation", "person"),
            {
                "categories": ("conditions", "medicines", "procedures", "visits", "documents"),
                "purposes": ("TREAT",),
                "sensitivity": ("ETH",),
                "redisclosure": True,
            },
        ),
        Template(
            "insurer",
            "My insurer",
            "Your insurer reads what it needs to pay for your care, and no more: no notes and no lab results.",
            ("role", "organisation"),
            {"categories": ("insurance", "visits", "procedures"), "purposes": ("HPAYMT",)},
        ),
    )
}


def fill(name: str, *, custodian: UUID, grantee: Grantee, ends: datetime, **changes: Any) -> Terms:
    """The terms of a template with this grantee until then; `changes` replace parts of it.

    Raises UnknownTemplate, ContradictoryTerms (a grantee that it is not for), TermsError and its kin.
    """
    template = TEMPLATES.get(name)
    if template is None:
        raise UnknownTemplate(f"There is no such template. Use one of: {', '.join(TEMPLATES)}.")
    if grantee.kind not in template.kinds:
        raise ContradictoryTerms(
            f"“{template.title}” is a contract with one of: {', '.join(template.kinds)}."
        )
    terms = Terms(custodian, grantee, ends=ends, **{**template.parts, **changes})
    if name == "part-2" and not terms.redisclosure:
        raise ContradictoryTerms("A contract under 42 CFR Part 2 carries the notice against redisclosure.")
    return terms


def part2_elements(
    terms: Terms,
    display: Display,
    *,
    patient: str,
    kinds: Collection[str] = (),
    signed: datetime | None = None,
) -> Mapping[str, str]:
    """What 42 CFR 2.31(a) asks a written consent to say, by its paragraphs. `kinds`: how much and what, in words."""
    what = ", ".join(kinds or [CATEGORIES[name] for name in terms.categories])
    marked = ", ".join(SENSITIVITIES[label] for label in terms.sensitivity)
    return {
        "1 patient": patient,
        "2 who may disclose": display.custodian,
        "3 how much and what kind": f"{what}, with what is marked as: {marked}" if marked else what,
        "4 recipients": ", ".join(filter(None, (display.grantee, display.organisation))),
        "5 purpose": ", ".join(PURPOSES[code] for code in terms.purposes),
        "6 right to revoke": "At any time, in writing or at this portal, except as far as it was relied on already.",
        "7 expiry": until(terms.ends),
        "8 signature": "The patient's own, kept with this contract.",
        "9 date": day(signed.replace(microsecond=0)) if signed else "The day on which it is signed.",
    }
