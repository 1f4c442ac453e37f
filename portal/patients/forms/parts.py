"""Which parts of the record, and what may be done with them."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent.vocabulary import DELEGATED
from portal.design.vocabulary import CATEGORIES
from portal.patients import words
from portal.patients.drafts import Draft
from portal.patients.forms.question import Question


class What(Question):
    """Which parts of the record, and what they may do with them."""

    columns = True
    folded = ("decide", "actions", "sensitivity")
    folded_title = _("More: sensitive entries, and what else they may do")

    what = forms.MultipleChoiceField(
        label=_("They may see"),
        choices=lambda: [(slug, words.part(slug)) for slug in CATEGORIES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one part of your record.")},
    )
    sensitivity = forms.MultipleChoiceField(
        label=_("Also what is marked as"),
        required=False,
        choices=list(words.SENSITIVITIES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Entries that are marked like this stay closed unless you name the mark here."),
    )
    actions = forms.MultipleChoiceField(
        label=_("Besides reading, they may"),
        required=False,
        choices=list(words.MORE_ACTIONS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    decide = forms.BooleanField(
        label=_("They may also decide for me whom these parts are shared with"),
        required=False,
        help_text=_(
            "They can share no more than they see themselves, never with themselves, and not for longer. They never"
            " see your personal details or what is marked as restricted. You can stop it at any time. For a child it"
            " ends on the eighteenth birthday."
        ),
    )

    def __init__(
        self,
        *args: Any,
        relative: bool,
        refuses: bool = False,
        parts: Collection[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if refuses:  # whatever it is marked as, and nothing else is left to say
            self.fields["what"].label = gettext("They may not see, not even in an emergency")
            for name in self.folded:
                del self.fields[name]
            return
        if parts is not None:  # a delegate can share no more than the delegation covers
            what: Any = self.fields["what"]
            what.choices = [choice for choice in what.choices if choice[0] in parts]
        del self.fields["actions" if relative else "decide"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("decide") and "demographics" in given.get("what", ()):
            self.add_error(
                "what", gettext("Whoever decides for you never has your personal details. Leave them out.")
            )
        if given.get("decide") and {"R", "V"} & set(given.get("sensitivity", ())):
            self.add_error("sensitivity", gettext("Whoever decides for you never has restricted records."))
        return given

    def answers(self) -> dict[str, Any]:
        given = self.cleaned_data
        more = [DELEGATED] if given.get("decide") else list(given.get("actions", ()))
        return {
            "what": given["what"],
            "sensitivity": given.get("sensitivity", []),
            "actions": ["read", *more],
        }

    @classmethod
    def start(cls, draft: Draft) -> dict[str, Any]:
        # Whoever is to read anything should know whose it is; unticked, they see a record number.
        return {
            "what": list(draft.what or draft.offered) or ["demographics"],
            "sensitivity": list(draft.sensitivity),
            "actions": [action for action in draft.actions if action != "read"],
            "decide": DELEGATED in draft.actions,
        }
