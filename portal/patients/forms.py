"""What a patient fills in to share, a form a question."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from consent.vocabulary import CATEGORIES
from portal.patients import words
from portal.patients.drafts import Draft
from portal.patients.grantees import GranteeUnclear, named

LONGEST = timedelta(days=10 * 365)


class DateInput(forms.DateInput):
    input_type = "date"


class Question(forms.Form):
    """One question of the flow. `start` is how it opens, `answers` what it adds to the draft."""

    columns = False  # many short choices, side by side

    def answers(self) -> dict[str, Any]:
        raise NotImplementedError

    @classmethod
    def start(cls, draft: Draft) -> dict[str, Any]:
        raise NotImplementedError


class Where(Question):
    """Whose records: the organisations where one is a patient."""

    where = forms.MultipleChoiceField(label=_("Records held by"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where"].choices = list(places)  # type: ignore[attr-defined]
        self.fields["where"].error_messages["required"] = _g("Choose at least one.")

    def answers(self) -> dict[str, Any]:
        return {"where": self.cleaned_data["where"]}

    @classmethod
    def start(cls, draft: Draft) -> dict[str, Any]:
        return {"where": list(draft.where)}


class Who(Question):
    """With whom."""

    kind = forms.ChoiceField(
        label=_("Share with"),
        choices=[
            ("clinician", _("A doctor, nurse or other clinician")),
            ("organisation", _("All clinicians of an organisation")),
            ("relative", _("A relative or friend who looks after me")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose with whom.")},
    )
    email = forms.EmailField(
        label=_("Their e-mail address"),
        required=False,
        max_length=254,
        help_text=_("For a clinician or a relative: the address that they sign in with."),
    )
    organisation = forms.ChoiceField(
        label=_("Organisation"),
        required=False,
        help_text=_("For an organisation, or for a clinician who works at more than one."),
    )

    def __init__(self, *args: Any, organisations: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [("", _g("Choose one")), *organisations]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            try:
                named(given["kind"], given.get("email", ""), given.get("organisation", ""))
            except GranteeUnclear as error:
                self.add_error(error.field, str(error))
        return given

    def answers(self) -> dict[str, Any]:
        kind = self.cleaned_data["kind"]
        return {
            "kind": kind,
            "email": "" if kind == "organisation" else self.cleaned_data["email"],
            "organisation": "" if kind == "relative" else self.cleaned_data["organisation"],
        }

    @classmethod
    def start(cls, draft: Draft) -> dict[str, Any]:
        return {
            "kind": draft.kind or draft.suggested,
            "email": draft.email,
            "organisation": draft.organisation,
        }


class What(Question):
    """Which parts of the record."""

    columns = True

    what = forms.MultipleChoiceField(
        label=_("They may see"),
        choices=[(slug, words.part(slug)) for slug in CATEGORIES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one part of your record.")},
    )

    def answers(self) -> dict[str, Any]:
        return {"what": self.cleaned_data["what"]}

    @classmethod
    def start(cls, draft: Draft) -> dict[str, Any]:
        # Whoever is to read anything should know whose it is; unticked, they see a record number.
        return {"what": list(draft.what) or ["demographics"]}


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


class Until(Question):
    """Until when: everything that is shared ends by itself."""

    period = forms.ChoiceField(
        label=_("They may look for"),
        choices=[
            ("30", _("30 days")),
            ("90", _("90 days")),
            ("365", _("One year")),
            ("day", _("Until a day that I choose")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how long.")},
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DateInput(format="%Y-%m-%d"),
        help_text=_("If you choose a day yourself. They can look until it ends."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("period") != "day" or "until" in self.errors:
            return given
        until = given.get("until")
        if until is None:
            self.add_error("until", _g("Choose the last day."))
        elif until < timezone.localdate():
            self.add_error("until", _g("Choose a day that is not over."))
        elif until > timezone.localdate() + LONGEST:
            self.add_error("until", _g("Choose a day within the next ten years."))
        return given

    def answers(self) -> dict[str, Any]:
        period = self.cleaned_data["period"]
        until: date = (
            self.cleaned_data["until"]
            if period == "day"
            else timezone.localdate() + timedelta(days=int(period))
        )
        return {"until": until.isoformat()}

    @classmethod
    def start(cls, draft: Draft) -> dict[str, Any]:
        return {"period": "day", "until": draft.until} if draft.until else {"period": "365"}


class Sign(forms.Form):
    """The fingerprints of what was shown: nothing else is signed."""

    code_hashes = forms.CharField(widget=forms.HiddenInput, max_length=2000)


class SignByPasskey(Sign):
    """The same, with the answers of the passkey as JSON: none while it is still to be asked."""

    answers = forms.CharField(required=False, widget=forms.HiddenInput, max_length=100_000)
