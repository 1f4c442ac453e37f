"""What a clinician fills in."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent.emergency import LONGEST_REASON, SHORTEST_REASON
from consent.services.requests import LONGEST_MESSAGE
from portal.design.inputs import DateInput
from portal.design.times import end_of_day
from portal.design.vocabulary import CATEGORIES, EMERGENCIES, PURPOSES, REPORTS

ASKED_FOR = timedelta(days=90)
PURPOSES_OF_CLINICIANS = ("TREAT", "HPAYMT", "HOPERAT", "HRESCH")


class Find(forms.Form):
    """Who is looked for: a record number, or the whole name with the date of birth."""

    custodian = forms.ChoiceField(label=_("Whose records"))
    mrn = forms.CharField(label=_("Medical record number (MRN)"), max_length=64, required=False)
    family = forms.CharField(label=_("Family name"), max_length=100, required=False)
    given = forms.CharField(label=_("First name"), max_length=100, required=False)
    birth_date = forms.DateField(
        label=_("Date of birth"), required=False, widget=DateInput(format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, custodians: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["custodian"].choices = list(custodians)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        named = [given.get(name) for name in ("family", "given", "birth_date")]
        if not self.errors and not given.get("mrn") and not all(named):
            raise forms.ValidationError(
                _("Give the record number, or the family name, the first name and the date of birth.")
            )
        return given


class Ask(forms.Form):
    """What a clinician asks a patient for."""

    categories = forms.MultipleChoiceField(
        label=_("What you need"),
        choices=lambda: [(slug, words.capitalize()) for slug, words in CATEGORIES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    purpose = forms.ChoiceField(
        label=_("What for"),
        choices=lambda: [(code, PURPOSES[code].capitalize()) for code in PURPOSES_OF_CLINICIANS],
    )
    until = forms.DateField(
        label=_("Until"), widget=DateInput(format="%Y-%m-%d"), help_text=_("The end of this day, UTC.")
    )
    message = forms.CharField(
        label=_("Message to the patient"),
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Say why you need it, in words that they understand."),
    )

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until < timezone.localdate():
            raise forms.ValidationError(gettext("Choose a day that is not over."))
        return until

    @property
    def ends(self) -> datetime:
        """The first instant after the day chosen."""
        return end_of_day(self.cleaned_data["until"])


class Report(forms.Form):
    """What came of looking, to the patient."""

    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=lambda: list(REPORTS.items()),
        widget=forms.RadioSelect,
        help_text=_("Findings belong in the record, or in what you say to the patient; none stands here."),
    )


class BreakGlass(forms.Form):
    """Why a patient's choices are overridden."""

    reason_code = forms.ChoiceField(
        label=_("What is the emergency?"),
        choices=lambda: [(slug, words[0].upper() + words[1:]) for slug, words in EMERGENCIES.items()],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Say what happened"),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"min_length": _("Write at least %(limit_value)d characters.")},
        help_text=_("At least 10 characters. The patient and the privacy officer read this."),
    )
