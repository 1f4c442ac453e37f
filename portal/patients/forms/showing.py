"""A share code."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.design.vocabulary import CATEGORIES
from portal.patients import words


class ShowTo(forms.Form):
    """A share code: whose records, and which parts of them."""

    where = forms.ChoiceField(label=_("Records held by"), widget=forms.RadioSelect)
    what = forms.MultipleChoiceField(
        label=_("They may see"),
        choices=lambda: [(slug, words.part(slug)) for slug in CATEGORIES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one part of your record.")},
        # Whoever is to read anything should know whose it is.
        initial=["demographics"],
    )

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where"].choices = list(places)  # type: ignore[attr-defined]
        self.fields["where"].initial = places[0][0] if places else None
