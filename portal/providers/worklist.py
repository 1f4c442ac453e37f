"""Who shares with a clinician, what they asked for, and their emergencies, at every organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from portal.accounts import selectors as accounts
from portal.design.times import words as moment
from portal.design.vocabulary import CATEGORIES
from portal.records.services import Related, related
from portal.staff.desk import Desk

SOON = timedelta(days=30)
ASKED = 20


@dataclass(frozen=True)
class Sharing:
    """A patient who shares something."""

    name: str
    url: str
    parts: Sequence[str]
    place: str
    ends: datetime

    @property
    def days_left(self) -> int | None:
        """Said when it ends within a month."""
        left = self.ends - timezone.now()
        return max(0, left.days) if left < SOON else None

    # As a line beside the search.
    @property
    def title(self) -> str:
        return self.name

    @property
    def detail(self) -> str:
        return self.place


@dataclass(frozen=True)
class Request:
    """Something that was asked for."""

    name: str
    url: str
    detail: str
    state: Literal["waiting", "agreed", "declined"]
    time: datetime


@dataclass(frozen=True)
class Emergency:
    """An emergency access that runs."""

    name: str
    url: str
    ends: datetime


@dataclass(frozen=True)
class Worklist:
    shared: Sequence[Sharing]
    asked: Sequence[Request]
    emergencies: Sequence[Emergency]


def worklist(desk: Desk) -> Worklist:
    """Everything of the caller, what ends first ahead."""
    found = related(caller=desk.caller)
    names = _Names(desk, found)
    return Worklist(
        shared=_sharing(found, names),
        asked=[_request(item, names) for item in found.requests],
        emergencies=[
            Emergency(names.name(item), names.url(item), item.ends)
            for item in found.emergencies
            if names.knows(item)
        ],
    )


def sharing(desk: Desk, most: int) -> list[Sharing]:
    """Who shares with the caller or their organisation, what ends first ahead."""
    found = related(caller=desk.caller, requests=0)
    return _sharing(found, _Names(desk, found))[:most]


class _Names:
    """Names and addresses for what contracts, requests and sessions hold as ids."""

    def __init__(self, desk: Desk, found: Related) -> None:
        self._desk, self._patients = desk, found.patients
        any_of = found.patients or found.requests
        self._keepers = {keeper.id: keeper for keeper in accounts.organisations()} if any_of else {}

    def knows(self, item: Any) -> bool:
        return (item.tenant_id, item.person) in self._patients

    def name(self, item: Any) -> str:
        """As it may be shown: whom one only asked once, without an answer, has none."""
        known = self._patients.get((item.tenant_id, item.person))
        return known.name if known else _("A patient")

    def place(self, item: Any) -> str:
        return self._keepers[item.tenant_id].name

    def url(self, item: Any) -> str:
        slugs = (self._desk.place.slug, self._keepers[item.tenant_id].slug)
        return reverse("providers:chart", args=[*slugs, item.person])


def _sharing(found: Related, names: _Names) -> list[Sharing]:
    return [
        Sharing(
            name=each.patient.name,
            url=names.url(each.newest),
            parts=[words for slug, words in CATEGORIES.items() if slug in each.categories],
            place=names.place(each.newest),
            ends=each.ends,
        )
        for each in found.sharing()
    ]


def _request(item: Any, names: _Names) -> Request:
    asked = [CATEGORIES[slug] for slug in item.categories]
    detail = _("%(what)s, until %(when)s") % {
        "what": get_text_list(asked, _("and")),
        "when": moment(item.ends, "day"),
    }
    states: dict[str, Literal["waiting", "agreed", "declined"]] = {
        "approved": "agreed",
        "declined": "declined",
    }
    state = states.get(item.state, "waiting")
    return Request(names.name(item), names.url(item), detail, state, item.answered_at or item.made_at)
