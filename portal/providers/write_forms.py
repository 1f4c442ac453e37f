"""What a clinician adds to a record, as they fill it in."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.providers.composing import DIASTOLIC, SYSTOLIC, VITALS, Vital
from portal.providers.words import VITAL_NAMES

LONGEST_NOTE, LARGEST = 20_000, 25 * 1024 * 1024
# By the ending of the file's name, because browsers say what they like; the content is looked at when it is stored.
TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "txt": "text/plain",
}
SLACK = timedelta(minutes=5)  # between the clocks of a browser and of the node


class WriteForm(forms.Form):
    """Something for one's record."""


class WriteNote(WriteForm):
    title = forms.CharField(label=_("Title"), max_length=120, initial=_("Progress note"))
    text = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("The patient can read it."),
    )


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"


class WriteVital(WriteForm):
    """One measurement. A blood pressure has two values."""

    what = forms.ChoiceField(
        label=_("What was measured"),
        choices=lambda: [
            ("blood-pressure", _("Blood pressure, mmHg")),
            *((slug, f"{VITAL_NAMES[slug]}, {one.shown}") for slug, one in VITALS.items()),
        ],
    )
    value = forms.DecimalField(
        label=_("Value"), max_digits=7, decimal_places=2, help_text=_("Of a blood pressure, the upper one.")
    )
    second = forms.DecimalField(
        label=_("Lower value of a blood pressure"), max_digits=7, decimal_places=2, required=False
    )
    at = forms.DateTimeField(
        label=_("When"),
        widget=MomentInput(format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        help_text=_("UTC."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].initial = timezone.now

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > timezone.now() + SLACK:
            raise forms.ValidationError(gettext("Choose a time that is not in the future."))
        return at

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        slug = given.get("what")
        if slug == "blood-pressure":
            self._within("value", SYSTOLIC)
            if given.get("second") is None and "second" not in self.errors:
                self.add_error("second", gettext("Give both values of a blood pressure."))
            self._within("second", DIASTOLIC)
        elif slug:
            self._within("value", VITALS[slug])
        return given

    def _within(self, name: str, one: Vital) -> None:
        value = self.cleaned_data.get(name)
        if value is not None and not one.lowest <= value <= one.highest:
            said = {"lowest": f"{one.lowest:g}", "highest": f"{one.highest:g}", "unit": one.shown}
            self.add_error(
                name,
                gettext("Nobody has that value. Give one from %(lowest)s to %(highest)s %(unit)s.") % said,
            )


class WriteMedicine(WriteForm):
    name = forms.CharField(
        label=_("Medicine"), max_length=200, help_text=_("Name and strength, such as “Metformin 500 mg”.")
    )
    dosage = forms.CharField(
        label=_("How it is taken"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In words that the patient understands, such as “One tablet in the morning”."),
    )


class WriteDocument(WriteForm):
    title = forms.CharField(label=_("Title"), max_length=120)
    file = forms.FileField(
        label=_("File"),
        max_length=255,
        help_text=_("PDF, PNG, JPEG, TIFF or plain text, up to 25 MB."),
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in TYPES)}),
    )

    @property
    def media_type(self) -> str:
        return TYPES[_ending(self.cleaned_data["file"].name)]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if _ending(file.name) not in TYPES:
            raise forms.ValidationError(gettext("Choose a PDF, PNG, JPEG, TIFF or plain text file."))
        if file.size > LARGEST:
            raise forms.ValidationError(gettext("Choose a file of at most 25 MB."))
        return file


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()
