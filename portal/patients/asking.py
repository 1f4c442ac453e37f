"""Questions and corrections as their patient reads them. `Case` rows come from `portal.cases.selectors`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Registration
from portal.cases.words import GROUNDS, LONGEST, SHORTEST
from portal.design.shapes import Task

Case = Any


class Tell(forms.Form):
    """What the patient writes: about an access, about an entry, or against a denial."""

    words = forms.CharField(
        min_length=SHORTEST,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": _("Write what you want to say."),
            "min_length": _("Write at least %(limit_value)d characters."),
        },
    )

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = label


@dataclass(frozen=True)
class Put:
    """One case on the patient's list. `tone`: "" while it waits, else how it ended."""

    title: str
    says: str
    tone: str
    place: str
    asked: datetime
    url: str
    unread: bool


def put(row: Case, places: Mapping[UUID, str]) -> Put:
    """A case as a line of the list."""
    says, tone = state_of(row)
    return Put(
        title=title_of(row),
        says=says,
        tone=tone,
        place=places.get(row.tenant_id, ""),
        asked=row.asked_at,
        url=reverse("patients:asked_one", args=[row.id]),
        unread=row.state != "open" and row.seen_at is None,
    )


def title_of(row: Case) -> str:
    if row.kind == "question":
        return gettext("An access that you did not recognise")
    return gettext("An entry that you say is wrong")


def state_of(row: Case) -> tuple[str, str]:
    """Where it stands, and the tone in which to say so."""
    if row.state == "open":
        return gettext("Being looked at"), "needs"
    if row.state == "accepted":
        return gettext("Accepted"), "holds"
    if row.state == "denied":
        return (
            gettext("Denied, you disagreed") if row.disagreement is not None else gettext("Denied")
        ), "alarm"
    if row.outcome == "justified":
        return gettext("Answered: it was right"), "holds"
    return gettext("Answered: it was not right"), "alarm"


def ground_of(row: Case) -> str:
    """Why a correction was denied, in the words of the law."""
    return str(GROUNDS.get(row.ground, ""))


def tasks(rows: Iterable[Case], places: Mapping[UUID, str]) -> list[Task]:
    """Answers that the patient has not read."""
    found = []
    for row in rows:
        if row.state != "open" and row.seen_at is None:
            place = places.get(row.tenant_id, "")
            found.append(
                Task(
                    title=gettext("%(place)s has answered you") % {"place": place},
                    detail=title_of(row),
                    url=reverse("patients:asked_one", args=[row.id]),
                    icon="scale",
                )
            )
    return found


def places_of(registrations: Iterable[Registration]) -> dict[UUID, str]:
    return {each.tenant_id: each.tenant.name for each in registrations}


def by_entry(rows: Iterable[Case]) -> dict[UUID, Case]:
    """Questions, by the access that they are about."""
    return {row.entry: row for row in rows if row.entry}


def by_record(rows: Iterable[Case]) -> dict[tuple[UUID, str, str], Case]:
    """The newest correction of each record. `rows` come newest first."""
    found: dict[tuple[UUID, str, str], Case] = {}
    for row in rows:
        if row.kind == "correction":
            found.setdefault((row.tenant_id, row.record_type, row.record_id), row)
    return found
