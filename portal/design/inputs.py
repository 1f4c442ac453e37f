"""Fields of forms as browsers know them and Django does not."""

from django import forms


class DateInput(forms.DateInput):
    """A day, chosen from the browser's own calendar."""

    input_type = "date"
