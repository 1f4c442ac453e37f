"""What administrators and privacy officers fill in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.base_variants import VARIANTS
from consent.emergency import LONGEST_REASON, OUTCOMES, SHORTEST_REASON
from portal.staff.words import ROLES


class AddMember(forms.Form):
    """Give an account a role here."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, help_text=_("Of an account that this node has already.")
    )
    role = forms.ChoiceField(label=_("Role"), choices=list(ROLES.items()))
    title = forms.CharField(
        label=_("Title"), max_length=120, required=False, help_text=_("What patients read beside the name.")
    )


class ChoosePolicy(forms.Form):
    """The base policy of an organisation."""

    variant = forms.ChoiceField(
        label=_("Before any contract"), choices=list(VARIANTS.items()), widget=forms.RadioSelect
    )


class CloseReview(forms.Form):
    """The finding on one emergency access. The patient reads it."""

    outcome = forms.ChoiceField(
        label=_("Was it right?"),
        choices=[(slug, words.capitalize()) for slug, words in OUTCOMES.items()],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("What you found"),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"min_length": _("Write at least %(limit_value)d characters.")},
        help_text=_("What you looked at and why you judge so. The patient reads it."),
    )
