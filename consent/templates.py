"""Contracts for common purposes: terms to begin from, and what people should know before they sign them. Pure.

The law that each serves is named in its explanation. Whoever fills one in may change every part before signing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from consent import part2
from consent.errors import ContradictoryTerms, UnknownTemplate
from consent.terms import Grantee, Terms
from consent.vocabulary import CATEGORIES

CLINICAL = tuple(name for name in CATEGORIES if name not in {"demographics", "insurance", "messages"})
TREATING = ("demographics", *CLINICAL)
"""Whoever treats somebody has to see whose record lies before them; a second opinion can do without."""


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
            "before in reliance on it stays shared. Receivers are told that the law protects these records.",
            ("practitioner", "organisation", "person"),
            {
                "categories": ("conditions", "medicines", "procedures", "visits", "documents"),
                "purposes": ("TREAT",),
                "sensitivity": ("ETH",),
                "redisclosure": True,
            },
        ),
        Template(
            "part-2-care",
            "Substance use treatment: one consent for all care (42 CFR Part 2)",
            "One consent for all future uses of records of treatment for substance use for your treatment, the payment "
            "of it and the running of the organisation. Those whom you name may pass them on as HIPAA allows, but not "
            "in proceedings against you. You may revoke this at any time, in writing or here.",
            ("organisation", "practitioner", "team", "group"),
            {
                "categories": ("conditions", "medicines", "procedures", "visits", "documents"),
                "purposes": part2.ALL_CARE,
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
    if template.parts.get("redisclosure") and not terms.redisclosure:
        raise ContradictoryTerms("A contract under 42 CFR Part 2 carries the notice against redisclosure.")
    return terms
