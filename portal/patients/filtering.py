"""The filter above the list of who looked. Ids stand in the address, never names."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Registration
from portal.design.inputs import DateInput
from portal.design.times import words as time_words
from portal.design.vocabulary import CATEGORIES
from portal.patients import words
from portal.patients.looks import Look, Wanted
from portal.patients.naming import Names

KINDS = {
    "": _("Everything"),
    "seen": _("Looked"),
    "wrote": _("Wrote"),
    "refused": _("Refused"),
    "emergency": _("Emergency"),
}

CHOSEN = ("who", "place", "part", "kind")


class Filter(forms.Form):
    """By person, who holds the record, part, kind and days; by one entry, from the record. What makes no sense narrows
    nothing and says so."""

    who = forms.ChoiceField(label=_("Person"), required=False)
    place = forms.ChoiceField(label=_("Held by"), required=False)
    part = forms.ChoiceField(label=_("Part of the record"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=DateInput(format="%Y-%m-%d"))
    until = forms.DateField(label=_("To"), required=False, widget=DateInput(format="%Y-%m-%d"))
    entry = forms.RegexField(r"^[0-9a-f]{16}\Z", label=_("Entry"), required=False, widget=forms.HiddenInput)

    def __init__(self, asked: Mapping[str, Any], registrations: Sequence[Registration], person: UUID) -> None:
        self._person = person
        super().__init__(asked if any(asked.get(name) for name in self.base_fields) else None)
        places = [(each.tenant.slug, each.tenant.name) for each in registrations]
        parts = [(slug, words.part(slug)) for slug in CATEGORIES]
        self._choices: dict[str, dict[str, str]] = {}
        self._offer("kind", [(kind, str(said)) for kind, said in KINDS.items()])
        self._offer("place", [("", gettext("Everyone")), *places])
        self._offer("part", [("", gettext("Every part")), *parts])
        self.offer_people({})

    def offer_people(self, people: Mapping[UUID, str]) -> None:
        """Those who can be chosen: whoever looked, as far as was read. Who is chosen stays so."""
        chosen = _uuid(self.data.get("who"))
        known = {chosen: gettext("The person you chose")} if chosen else {}
        named = sorted({**known, **people}.items(), key=lambda each: each[1])
        self._offer("who", [("", gettext("Everybody")), *((str(key), name) for key, name in named)])

    @property
    def wanted(self) -> Wanted:
        """What to show."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return Wanted(
            actor=_uuid(given.get("who")),
            place=given.get("place", ""),
            part=given.get("part", ""),
            kind=given.get("kind", ""),
            since=given.get("since"),
            until=given.get("until"),
            entry=given.get("entry", ""),
            names=Names(self._person),
        )

    @property
    def says(self) -> str:
        """What is shown, in words; "" without a filter."""
        if not self.is_bound or not self.is_valid():
            return ""
        given = self.cleaned_data
        entry = [gettext("one entry of your record")] if given["entry"] else []
        named = [*entry, *(self._choices[name][given[name]] for name in CHOSEN if given[name])]
        since = (
            [gettext("from %(day)s") % {"day": time_words(given["since"], "day")}] if given["since"] else []
        )
        until = [gettext("to %(day)s") % {"day": time_words(given["until"], "day")}] if given["until"] else []
        return ", ".join([*named, *since, *until])

    def _offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]
        self._choices[name] = dict(choices)


def people_of(read: Sequence[Look], *, besides: UUID) -> dict[UUID, str]:
    """Who can be chosen: everybody who looked, by the newest name that an entry gives them."""
    found: dict[UUID, str] = {}
    for look in read:
        access = look.access
        if access.actor and access.name and access.actor != besides:
            found.setdefault(access.actor, access.name)
    return found


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None
