"""What administrators and privacy officers fill in."""

from datetime import UTC, date
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from consent.emergency import LONGEST_REASON, SHORTEST_REASON
from consent.emergency_rule import MOST_SESSIONS, Rule
from consent.restriction import Restriction
from portal.cases.words import GROUNDS
from portal.design.inputs import DateInput
from portal.design.restrictions import grounds_by_whom
from portal.design.times import end_of_day
from portal.design.vocabulary import BASE_POLICIES, CATEGORIES, OUTCOMES, SENSITIVITIES
from portal.staff.words import ROLES


class AddMember(forms.Form):
    """Give an account a role here."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("Who has no account here yet gets a letter with a link."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=list(ROLES.items()))
    title = forms.CharField(
        label=_("Title"), max_length=120, required=False, help_text=_("What patients read beside the name.")
    )


class SignIn(forms.Form):
    """How those who work here sign in."""

    strong = forms.BooleanField(
        label=_("Everyone who works here needs a second factor"),
        required=False,
        help_text=_("Whoever has none is led to set one up before any other page opens."),
    )


class ChoosePolicy(forms.Form):
    """The base policy of an organisation."""

    variant = forms.ChoiceField(
        label=_("Before any contract"), choices=lambda: list(BASE_POLICIES.items()), widget=forms.RadioSelect
    )


class AgreedNumber(forms.CheckboxInput):
    """A box that sends the number beside it: what is agreed to is what was read, not what has become of it since."""

    def __init__(self, number: int) -> None:
        super().__init__(check_test=lambda value: str(value) == str(number))
        self._number = number

    def format_value(self, value: Any) -> str:
        return str(self._number)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name)


class ChooseEmergencyRule(forms.Form):
    """What breaking the glass reaches here."""

    excluded = forms.MultipleChoiceField(
        label=_("Not even in an emergency"),
        required=False,
        choices=lambda: [(code, words[:1].upper() + words[1:]) for code, words in SENSITIVITIES.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What is marked like this stays closed, unless a contract with the clinician opens it."),
    )
    a_day = forms.IntegerField(
        label=_("Emergency accesses of one clinician on one day, at most"),
        required=False,
        min_value=1,
        max_value=MOST_SESSIONS,
        help_text=_("Empty: as many as there are emergencies. A day is one of UTC."),
    )
    a_month = forms.IntegerField(
        label=_("Within 30 days, at most"), required=False, min_value=1, max_value=MOST_SESSIONS
    )
    refusals = forms.BooleanField(
        label=_("Patients may refuse emergency access"),
        required=False,
        help_text=_(
            "Whoever they name sees nothing of what they name, even to save their life. Without this, such a"
            " refusal gives way to an emergency."
        ),
    )

    def __init__(self, *args: Any, standing: int, **kwargs: Any) -> None:
        """`standing`: how many contracts would give way if patients may refuse no longer; 0 where they may not now."""
        super().__init__(*args, **kwargs)
        self._standing = standing
        if standing:
            self._ask_whether_they_may_give_way()

    def _ask_whether_they_may_give_way(self) -> None:
        label = ngettext(
            "Let %(count)d refusal that stands give way",
            "Let %(count)d refusals that stand give way",
            self._standing,
        ) % {"count": self._standing}
        self.fields["give_way"] = forms.IntegerField(
            label=label,
            required=False,
            widget=AgreedNumber(self._standing),
            help_text=_(
                "Needed only to end that patients may refuse: from then on an emergency opens what they closed. Each"
                " of them is told."
            ),
        )

    def refuse(self) -> None:
        """What the operation answered: so many refusals stand, and nobody agreed that as many give way."""
        self.full_clean()
        self.add_error(
            "give_way",
            ngettext(
                "%(count)d contract refuses emergency access here and would give way at once. Nothing was"
                " changed. Tick this if that is meant.",
                "%(count)d contracts refuse emergency access here and would give way at once. Nothing was"
                " changed. Tick this if that is meant.",
                self._standing,
            )
            % {"count": self._standing},
        )

    @property
    def rule(self) -> Rule:
        return Rule(**{name: said for name, said in self.cleaned_data.items() if name != "give_way"})

    @property
    def give_way(self) -> int:
        """To how many refusals giving way was agreed: as many as the page showed."""
        return self.cleaned_data.get("give_way") or 0


class AddWitness(forms.Form):
    """A witness that cosigns from now on."""

    url = forms.CharField(
        label=_("Its address"),
        max_length=500,
        help_text=_("What add-checkpoint is appended to, such as https://witness.example/witness/"),
    )
    vkey = forms.CharField(
        label=_("Its verifier key"),
        max_length=4000,
        help_text=_("From whoever runs it, by a way that you trust."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocapitalize": "off"}),
    )


class ChooseQuorum(forms.Form):
    """How many witnesses must cosign a checkpoint before receipts are made against it."""

    count = forms.IntegerField(
        label=_("Quorum"),
        min_value=0,
        max_value=99,
        help_text=_("How many must cosign; 0: none is waited for."),
    )


def explanation(label: StrOrPromise, help_text: StrOrPromise) -> forms.CharField:
    """Why something was decided, in words that the patient reads."""
    return forms.CharField(
        label=label,
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"min_length": _("Write at least %(limit_value)d characters.")},
        help_text=help_text,
    )


class CloseReview(forms.Form):
    """The finding on one emergency access. The patient reads it."""

    outcome = forms.ChoiceField(
        label=_("Was it right?"),
        choices=lambda: [(slug, words.capitalize()) for slug, words in OUTCOMES.items()],
        widget=forms.RadioSelect,
    )
    note = explanation(
        _("What you found"), _("What you looked at and why you judge so. The patient reads it.")
    )


class AnswerQuestion(CloseReview):
    """What was found about an access that the patient does not recognise."""


class AnswerCorrection(forms.Form):
    """What becomes of a correction (45 CFR 164.526(b) to (d)). The patient reads the note."""

    decision = forms.ChoiceField(
        label=_("What becomes of it?"),
        choices=[
            ("accept", _("Accept: the record is corrected")),
            ("deny", _("Deny, on the ground below")),
            ("extend", _("Take thirty days more, once")),
        ],
        widget=forms.RadioSelect,
    )
    ground = forms.ChoiceField(
        label=_("Ground of a denial"), required=False, choices=[("", _("None")), *GROUNDS.items()]
    )
    note = explanation(_("To the patient"), _("What is changed, or why it is not. The patient reads it."))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("decision") == "deny" and not given.get("ground") and "ground" not in self.errors:
            self.add_error("ground", _("Choose the ground: on no other may a correction be denied."))
        return given


class PlaceLimit(forms.Form):
    """What the law keeps of a patient's record."""

    mrn = forms.CharField(label=_("Record number of the patient"), max_length=64)
    ground = forms.ChoiceField(label=_("Ground"), choices=lambda: [("", _("Choose")), *grounds_by_whom()])
    categories = forms.MultipleChoiceField(
        label=_("Parts of the record"),
        required=False,
        choices=lambda: [(slug, words[:1].upper() + words[1:]) for slug, words in CATEGORIES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    sensitivity = forms.MultipleChoiceField(
        label=_("Only what is marked as"),
        required=False,
        choices=lambda: [(code, words[:1].upper() + words[1:]) for code, words in SENSITIVITIES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    records = forms.CharField(
        label=_("Single entries"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_("One a line, as in the log: Observation/7. What refers to one of them is kept with it."),
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DateInput(format="%Y-%m-%d"),
        help_text=_("The end of this day, UTC. Empty: until somebody lifts it."),
    )
    reason = explanation(_("Why"), _("Who decided it and why. The patient reads it."))

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until is not None and until < timezone.now().astimezone(UTC).date():
            raise forms.ValidationError(_("Choose a day that is not over."))
        return until

    def restriction(self, *, custodian: UUID, person: UUID) -> Restriction:
        """What was chosen. Raises RestrictionMalformed."""
        given = self.cleaned_data
        until = given["until"]
        return Restriction(
            custodian,
            person,
            given["ground"],
            given["categories"],
            given["sensitivity"],
            given["records"].split(),
            end_of_day(until) if until else None,
        )


class ReviewLimit(CloseReview):
    """What becomes of a limit of which the patient asked for a review. The patient reads the note."""

    outcome = forms.ChoiceField(
        label=_("What becomes of it?"),
        choices=[("uphold", _("It stays as it is")), ("lift", _("It is lifted"))],
        widget=forms.RadioSelect,
    )
