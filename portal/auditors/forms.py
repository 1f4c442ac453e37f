"""What an auditor searches by. Everything stands in the address, so nothing here may name a patient."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.auditors.words import GROUPS
from portal.design.inputs import DateInput
from portal.patterns.services import DAYS, KINDS
from portal.patterns.thresholds import MOST, MOST_MONTHS

HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


class Span(forms.Form):
    """Days from and to, both included."""

    since = forms.DateField(label=_("From"), required=False, widget=DateInput(format="%Y-%m-%d"))
    until = forms.DateField(label=_("To"), required=False, widget=DateInput(format="%Y-%m-%d"))

    def clean(self) -> dict[str, object]:
        asked = super().clean() or {}
        since, until = asked.get("since"), asked.get("until")
        if since and until and until < since:
            self.add_error("until", _("Choose a day that is not before the first."))
        return asked

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """The first instant and the one after the last, in UTC."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        return _midnight(since), _midnight(until + timedelta(days=1) if until else None)


class OfWhom(forms.Form):
    """A patient, by record number: sent, so that it stands in no address."""

    mrn = forms.CharField(label=_("Medical record number (MRN)"), max_length=64)


class Account(Span):
    """The time of an accounting, and whether what the rule leaves out is listed too."""

    whole = forms.BooleanField(label=_("Also list what the rule leaves out, with its ground"), required=False)


class Evidence(Span):
    """Which part of the log an archive is to hold."""

    mrn = forms.CharField(
        label=_("Only about one patient: medical record number (MRN)"), max_length=64, required=False
    )


class Search(Span):
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    who = forms.ChoiceField(label=_("Who"), required=False)
    field_order = ("kind", "who", "since", "until")

    def __init__(self, asked: object, *, people: Sequence[tuple[str, str]]) -> None:
        super().__init__(asked)  # type: ignore[arg-type]
        kinds = [(slug, words) for slug, (words, _types) in GROUPS.items()]
        self.fields["kind"].choices = [("", _("Everything")), *kinds]  # type: ignore[attr-defined]
        self.fields["who"].choices = [("", _("Anybody")), *people]  # type: ignore[attr-defined]

    @property
    def types(self) -> Sequence[str] | None:
        slug = self.cleaned_data.get("kind")
        return GROUPS[slug][1] if slug else None

    @property
    def actor(self) -> UUID | None:
        chosen = self.cleaned_data.get("who")
        return UUID(chosen) if chosen else None


class Days(forms.Form):
    """How far back patterns are looked for."""

    ORDINARY = 30

    days = forms.TypedChoiceField(
        label=_("Time"),
        coerce=int,
        choices=[
            (DAYS[0], _("The last 7 days")),
            (DAYS[1], _("The last 30 days")),
            (DAYS[2], _("The last 90 days")),
        ],
    )


class Traced(forms.Form):
    """Which entries a finding consists of; a pseudonym of the log is 40 hexadecimal digits."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in KINDS])
    actor = forms.RegexField(r"\A[0-9a-f]{40}\Z")
    subject = forms.RegexField(r"\A[0-9a-f]{40}\Z", required=False)
    since = forms.DateTimeField(widget=forms.DateTimeInput)
    until = forms.DateTimeField(widget=forms.DateTimeInput)


class SetThresholds(forms.Form):
    """From when on something is worth a look."""

    an_hour = forms.IntegerField(
        label=_("Patients in an hour"),
        min_value=2,
        max_value=MOST,
        help_text=_("From how many different patients on one hour is shown."),
    )
    a_night = forms.IntegerField(
        label=_("Patients in a night"),
        min_value=1,
        max_value=MOST,
        help_text=_("Choose more than a night shift sees."),
    )
    night_from = forms.TypedChoiceField(label=_("Night begins"), coerce=int, choices=HOURS)
    night_until = forms.TypedChoiceField(label=_("Night ends"), coerce=int, choices=HOURS)
    months_at_rest = forms.IntegerField(
        label=_("Months without care"),
        min_value=1,
        max_value=MOST_MONTHS,
        help_text=_("After so many, a patient counts as a former one."),
    )

    def clean(self) -> dict[str, object]:
        asked = super().clean() or {}
        if "night_from" in asked and asked["night_from"] == asked.get("night_until"):
            self.add_error("night_until", _("Choose another hour than the one in which the night begins."))
        return asked


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None
