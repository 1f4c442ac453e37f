"""What one shares for: terms to begin from, and what the records may be used for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.emergency_rule import PURPOSES as EMERGENCIES
from consent.templates import TEMPLATES
from portal.design.vocabulary import CATEGORIES
from portal.patients import words
from portal.patients.drafts import OWN, Draft
from portal.patients.forms.question import Question

KINDS = {"practitioner": "clinician", "organisation": "organisation", "person": "relative"}
"""The grantees of a template that a page can ask for, by what it calls them."""


NO_EMERGENCY = "no-emergency"


class Purpose(Question):
    """What it is for: terms to begin from, each of which can be changed.

    `refusable`: whether some organisation lets its patients refuse emergency access.
    """

    purpose = forms.ChoiceField(
        label=_("I want to share for"),
        choices=[*words.TEMPLATES.items(), (OWN, _("Something else: I choose every part myself"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is for.")},
    )

    def __init__(self, *args: Any, refusable: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if refusable:
            purpose: Any = self.fields["purpose"]
            purpose.choices = [*purpose.choices, (NO_EMERGENCY, words.NO_EMERGENCY)]

    def answers(self) -> dict[str, Any]:
        name = self.cleaned_data["purpose"]
        if name == NO_EMERGENCY:
            return {
                "purpose": name,
                "refuses": True,
                "kinds": ["organisation", "clinician"],
                "suggested": "organisation",
                "offered": list(CATEGORIES),
                "why": list(EMERGENCIES),
            }
        if name == OWN:
            return {"purpose": OWN}
        template = TEMPLATES[name]
        parts = dict(template.parts)
        kinds = [KINDS[kind] for kind in template.kinds if kind in KINDS]
        return {
            "purpose": name,
            "kinds": kinds,
            "suggested": kinds[0],
            "offered": parts.pop("categories"),
            "why": parts.pop("purposes"),
            **parts,
        }

    @classmethod
    def start(cls, draft: Draft) -> dict[str, Any]:
        return {"purpose": draft.purpose or "treatment"}


class Why(Question):
    """What they may use it for."""

    why = forms.MultipleChoiceField(
        label=_("They may use it for"),
        choices=list(words.PURPOSE_CHOICES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one purpose.")},
    )

    def answers(self) -> dict[str, Any]:
        return {"why": self.cleaned_data["why"]}

    @classmethod
    def start(cls, draft: Draft) -> dict[str, Any]:
        return {"why": list(draft.why) or ["TREAT"]}
