"""What somebody with a share code fills in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.share_codes import LONGEST_NAME


class Knock(forms.Form):
    """The code, whose record it opens, and who asks."""

    code = forms.CharField(
        label=_("Share code"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        help_text=_("As the patient shows it. Gaps and small letters do not matter."),
    )
    born = forms.DateField(
        label=_("The patient’s date of birth"), widget=forms.DateInput(attrs={"type": "date"})
    )
    name = forms.CharField(
        label=_("Your name"),
        min_length=2,
        max_length=LONGEST_NAME,
        help_text=_("The patient sees it and decides. It stands in the log with all that you open."),
    )
