"""What a patient fills in to share, a form a question."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from consent.templates import TEMPLATES
from consent.terms import MOST
from consent.vocabulary import DELEGATED
from portal.design.vocabulary import CATEGORIES
from portal.patients import words
from portal.patients.drafts import Draft
from portal.patients.grantees import GranteeUnclear, named

KINDS = {"practitioner": "clinician", "organisation": "organisation", "person": "relative"}
"""The grantees of a template that a page can ask for, by what it calls them."""
LONGEST = timedelta(days=10 * 365)


class DateInput(forms.DateInput):
    input_type = "date"


class Question(forms.Form):
    """One question of the flow. `start` is how it opens, `answers` what it adds to the draft."""

    columns = False  # many short choices, side by side
    folded: Sequence[str] = ()  # fields that are shown only to whoever asks for more
    folded_title: StrOrPromise = ""

    @property
    def plain(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if bound.name not in self.folded]

    @property
    def more(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if bound.name in self.folded]

    @property
    def more_open(self) -> bool:
        """Whether something in the fold is said already, or wrong."""
        return any(bound.errors or bound.value() not in (None, "", False, []) for bound in self.more)

    def answers(self) -> dict[str, Any]:
        raise NotImplementedError

    @classmethod
    def start(cls, draft: Draft) -> dict[str, Any]:
        raise NotImplementedError


class Purpose(Question):
    """What it is for: terms to begin from, each of which can be changed."""

    OWN = "own"
    purpose = forms.ChoiceField(
        label=_("I want to share for"),
        choices=[*words.TEMPLATES.items(), (OWN, _("Something else: I choose every part myself"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is for.")},
    )

    def answers(self) -> dict[str, Any]:
        name = self.cleaned_data["purpose"]
        if name == self.OWN:
            return {}
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

    def __init__(
        self, *args: Any, organisations: Sequence[tuple[str, str]], kinds: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [choice for choice in kind.choices if not kinds or choice[0] in kinds]
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
        self, *args: Any, relative: bool, parts: Collection[str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if parts is not None:  # a delegate can share no more than the delegation covers
            what: Any = self.fields["what"]
            what.choices = [choice for choice in what.choices if choice[0] in parts]
        del self.fields["actions" if relative else "decide"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("decide") and "demographics" in given.get("what", ()):
            self.add_error(
                "what", _g("Whoever decides for you never has your personal details. Leave them out.")
            )
        if given.get("decide") and {"R", "V"} & set(given.get("sensitivity", ())):
            self.add_error("sensitivity", _g("Whoever decides for you never has restricted records."))
        return given

    def answers(self) -> dict[str, Any]:
        given = self.cleaned_data
        more = [DELEGATED] if given.get("decide") else list(given.get("actions", ()))
        return {
            "what": given["what"],
            "sensitivity": given["sensitivity"],
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

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("data_from"), given.get("data_until")
        if first and last and last < first:
            self.add_error("data_until", _g("Choose a day that is not before the first one."))
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
        given = self.cleaned_data
        return {
            "until": until.isoformat(),
            "notify": not given["quiet"],
            **{name: given[name] for name in ("uses", "suspend_above", "strong", "report_back")},
            **{name: given[name].isoformat() if given[name] else "" for name in ("data_from", "data_until")},
        }

    @classmethod
    def start(cls, draft: Draft) -> dict[str, Any]:
        period = {"period": "day", "until": draft.until} if draft.until else {"period": "365"}
        names = ("uses", "suspend_above", "data_from", "data_until", "strong", "report_back")
        return period | {name: getattr(draft, name) for name in names} | {"quiet": not draft.notify}


class Sign(forms.Form):
    """The fingerprints of what was shown: nothing else is signed."""

    code_hashes = forms.CharField(widget=forms.HiddenInput, max_length=2000)


class SignByPasskey(Sign):
    """The same, with the answers of the passkey as JSON: none while it is still to be asked."""

    answers = forms.CharField(required=False, widget=forms.HiddenInput, max_length=100_000)


class ShowTo(forms.Form):
    """A share code: whose records, and which parts of them."""

    where = forms.ChoiceField(label=_("Records held by"), widget=forms.RadioSelect)
    what = forms.MultipleChoiceField(
        label=_("They may see"),
        choices=[(slug, words.part(slug)) for slug in CATEGORIES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one part of your record.")},
        # Whoever is to read anything should know whose it is.
        initial=["demographics"],
    )

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where"].choices = list(places)  # type: ignore[attr-defined]
        self.fields["where"].initial = places[0][0] if places else None
