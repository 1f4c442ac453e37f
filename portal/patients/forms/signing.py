"""What is signed."""

from django import forms


class Sign(forms.Form):
    """The fingerprints of what was shown: nothing else is signed."""

    code_hashes = forms.CharField(widget=forms.HiddenInput, max_length=2000)


class SignByPasskey(Sign):
    """The same, with the answers of the passkey as JSON: none while it is still to be asked."""

    answers = forms.CharField(required=False, widget=forms.HiddenInput, max_length=100_000)
