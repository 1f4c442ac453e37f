"""What an auditor searches by. Everything stands in the address, so nothing here may name a patient."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.auditors.words import GROUPS


class DateInput(forms.DateInput):
    input_type = "date"


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


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None
