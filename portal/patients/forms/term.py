"""Until when, and on which further conditions."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent.terms import MOST
from portal.design.inputs import DateInput
from portal.patients.drafts import Draft
from portal.patients.forms.question import Question

LONGEST = timedelta(days=10 * 365)


class Until(Question):
    """Until when: everything that is shared ends by itself. And on which further conditions."""

    folded = ("uses", "suspend_above", "data_from", "data_until", "strong", "report_back", "quiet")
    folded_title = _("More conditions")

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

    uses = forms.IntegerField(
        label=_("How often at most"),
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=_("After so many looks it ends."),
    )
    suspend_above = forms.IntegerField(
        label=_("Pause it above so many looks a day"),
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=_("You are told, and can let it go on."),
    )
    data_from = forms.DateField(
        label=_("Only entries from this day on"), required=False, widget=DateInput(format="%Y-%m-%d")
    )
    data_until = forms.DateField(
        label=_("Only entries up to this day"), required=False, widget=DateInput(format="%Y-%m-%d")
    )
    strong = forms.BooleanField(label=_("Only if they signed in with a second factor"), required=False)
    report_back = forms.BooleanField(label=_("They report back to me what came of it"), required=False)
    quiet = forms.BooleanField(
        label=_("Do not tell me of each look"),
        required=False,
        help_text=_("It stands in your history all the same."),
    )

    def __init__(self, *args: Any, refuses: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if refuses:  # a refusal holds without conditions
            self.fields["period"].label = gettext("They are kept out for")
            self.fields["until"].help_text = gettext(
                "If you choose a day yourself. It holds until that day ends."
            )
            for name in self.folded:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("data_from"), given.get("data_until")
        if first and last and last < first:
            self.add_error("data_until", gettext("Choose a day that is not before the first one."))
        if given.get("period") != "day" or "until" in self.errors:
            return given
        until = given.get("until")
        if until is None:
            self.add_error("until", gettext("Choose the last day."))
        elif until < timezone.localdate():
            self.add_error("until", gettext("Choose a day that is not over."))
        elif until > timezone.localdate() + LONGEST:
            self.add_error("until", gettext("Choose a day within the next ten years."))
        return given

    def answers(self) -> dict[str, Any]:
        period = self.cleaned_data["period"]
        until: date = (
            self.cleaned_data["until"]
            if period == "day"
            else timezone.localdate() + timedelta(days=int(period))
        )
        given = self.cleaned_data
        return {
            "until": until.isoformat(),
            "notify": not given.get("quiet"),
            **{name: given.get(name) for name in ("uses", "suspend_above")},
            **{name: bool(given.get(name)) for name in ("strong", "report_back")},
            **{
                name: given[name].isoformat() if given.get(name) else ""
                for name in ("data_from", "data_until")
            },
        }

    @classmethod
    def start(cls, draft: Draft) -> dict[str, Any]:
        period = {"period": "day", "until": draft.until} if draft.until else {"period": "365"}
        names = ("uses", "suspend_above", "data_from", "data_until", "strong", "report_back")
        return period | {name: getattr(draft, name) for name in names} | {"quiet": not draft.notify}
