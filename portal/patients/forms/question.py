"""What the questions of the flow have in common."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django_stubs_ext import StrOrPromise

from portal.patients.drafts import Draft


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
