"""Between whom: whose records are shared, and with whom."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.design.refusals import said
from portal.patients.drafts import Draft
from portal.patients.forms.question import Question
from portal.patients.grantees import GranteeUnclear, named


class Where(Question):
    """Whose records: the organisations where one is a patient."""

    where = forms.MultipleChoiceField(label=_("Records held by"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where"].choices = list(places)  # type: ignore[attr-defined]
        self.fields["where"].error_messages["required"] = gettext("Choose at least one.")

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

    def __init__(
        self, *args: Any, organisations: Sequence[tuple[str, str]], kinds: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [choice for choice in kind.choices if not kinds or choice[0] in kinds]
        self.fields["organisation"].choices = [("", gettext("Choose one")), *organisations]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            try:
                named(given["kind"], given.get("email", ""), given.get("organisation", ""))
            except GranteeUnclear as error:
                self.add_error(error.field, said(error))
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
