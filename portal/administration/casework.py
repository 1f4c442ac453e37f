"""Questions and corrections as the privacy officer reads them. Runs in the tenant's scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import selectors as accounts
from portal.cases import selectors as cases
from portal.cases.accesses import access_asked_about
from portal.cases.selectors import Written
from portal.cases.words import GROUNDS
from portal.design.shapes import Fact
from portal.design.times import words as time_words
from portal.design.vocabulary import CATEGORIES, OUTCOMES
from portal.records.services import Access
from portal.staff.desk import Place

Case = Any  # as portal.cases.selectors returns it


@dataclass(frozen=True)
class Waiting:
    """One case on the list. `late`: its time is over."""

    title: str
    mrn: str
    asked: datetime
    due: datetime
    late: bool
    state: str
    url: str


@dataclass(frozen=True)
class Opened:
    """One case on the page where it is answered; `hindrance` says why this reviewer cannot."""

    row: Case
    title: str
    facts: Sequence[Fact]
    written: Written
    hindrance: str


def waiting(place: Place) -> list[Waiting]:
    """What has to be answered, what is due first."""
    return _lines(cases.cases_waiting(), place)


def answered(place: Place) -> list[Waiting]:
    """What was answered, newest first."""
    return _lines(cases.cases_answered(), place)


def opened(case: UUID, place: Place, reviewer: UUID) -> Opened:
    """One case with what the patient wrote. Raises UnknownCase."""
    row = cases.case(case)
    patient = accounts.registration(person=row.person)
    access = access_asked_about(row)
    facts = [
        Fact(name=_("Patient"), value=_("MRN %(mrn)s") % {"mrn": patient.mrn}),
        Fact(name=_("Asked"), value=time_words(row.asked_at, "day")),
        Fact(name=_("Answer due"), value=time_words(row.due, "day")),
        *(_of_access(access) if access else _of_record(row)),
    ]
    hindrance = ""
    if row.state != "open":
        hindrance = _("This was answered already: %(state)s.") % {"state": _state(row)}
    elif access and access.actor == reviewer:
        hindrance = _("This was your own access. Somebody else has to answer.")
    return Opened(row, _title(row), facts, cases.written([row])[row.id], hindrance)


def _lines(rows: Sequence[Case], place: Place) -> list[Waiting]:
    patients = accounts.registrations_of(row.person for row in rows)
    return [
        Waiting(
            title=_title(row),
            mrn=patients[row.person].mrn if row.person in patients else "",
            asked=row.asked_at,
            due=row.due,
            late=row.state == "open" and row.due < timezone.now(),
            state=_state(row),
            url=reverse("administration:case", args=[place.slug, row.id]),
        )
        for row in rows
    ]


def _title(row: Case) -> str:
    if row.kind == "question":
        return _("An access is not recognised")
    return _("A correction is asked for")


def _state(row: Case) -> str:
    ended = {"open": _("Waiting"), "accepted": _("Accepted"), "denied": _("Denied")}
    return ended.get(row.state) or OUTCOMES.get(row.outcome, "").capitalize()


def _of_access(access: Access) -> list[Fact]:
    parts = ", ".join(CATEGORIES[name] for name in access.categories if name in CATEGORIES)
    by = ", ".join(filter(None, [access.name, access.title, access.organisation_name]))
    return [
        Fact(name=_("Who"), value=by),
        Fact(name=_("When"), value=time_words(access.time, "exact")),
        Fact(name=_("What"), value=parts.capitalize()),
        Fact(name=_("Decided by"), value=access.sentence or access.layer),
    ]


def _of_record(row: Case) -> list[Fact]:
    facts = [Fact(name=_("Entry"), value=f"{row.record_type}/{row.record_id}")]
    if row.ground:
        facts.append(Fact(name=_("Ground"), value=str(GROUNDS[row.ground])))
    return facts
