"""Emergency access as its reviewer reads it. Runs in the tenant's scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from consent import selectors as consent
from portal.accounts import selectors as accounts
from portal.design.shapes import Fact, Link, Opened
from portal.design.vocabulary import CATEGORIES, EMERGENCIES
from portal.records.services import opened_under
from portal.staff.desk import Place


class Session(Protocol):
    """An emergency session, as `consent.selectors` returns it."""

    id: UUID
    person: UUID
    actor: UUID
    organisation: UUID
    reason_code: str
    starts: datetime
    ends: datetime
    ended_at: datetime | None
    reviewed_at: datetime | None


@dataclass(frozen=True)
class Review:
    """One emergency access on the reviewer's list."""

    link: Link


@dataclass(frozen=True)
class Judged:
    """One emergency access on the page where it is judged; `hindrance` says why this reviewer cannot."""

    link: Link
    facts: Sequence[Fact]
    opened: Sequence[Opened]
    hindrance: str


@dataclass(frozen=True)
class _Seen:
    """The sessions of one page, and the names for what they hold as ids."""

    place: Place
    reviewer: UUID
    names: Mapping[UUID, str]
    places: Mapping[UUID, str]
    mrns: Mapping[UUID, str]

    def link(self, item: Session, *, alone: bool = False) -> Link:
        """The session in the reviewer's list, or on the page that is about it alone."""
        running = _runs(item)
        said = {"mrn": self.mrns[item.person], "reason": EMERGENCIES[item.reason_code]}
        return Link(
            entry=str(item.id),
            who=self.names.get(item.actor, _("Somebody whose account is gone")),
            place=self.places.get(item.organisation, ""),
            role=_("Clinician"),
            time=item.starts,
            until=None if running else (item.ended_at or item.ends),
            kind="emergency",
            state="open" if running else "sealed",
            sentence=_("Overrode the choices of the patient with MRN %(mrn)s: %(reason)s.") % said,
            url="" if alone else reverse("administration:review", args=[self.place.slug, item.id]),
        )


def waiting(place: Place, reviewer: UUID) -> list[Review]:
    """The emergency accesses that nobody has judged, the oldest first."""
    sessions = consent.emergencies_to_review()
    seen = _seen(sessions, place, reviewer)
    return [Review(seen.link(item)) for item in sessions]


def judged(session: UUID, place: Place, reviewer: UUID) -> Judged:
    """One emergency access with the reason that was given for it. Raises UnknownEmergency."""
    item = consent.emergency_session(session)
    seen = _seen([item], place, reviewer)
    by = _("%(who)s, %(place)s") % {"who": seen.names[item.actor], "place": seen.places[item.organisation]}
    facts = [
        Fact(name=_("Reason"), value=EMERGENCIES[item.reason_code].capitalize()),
        Fact(name=_("In their words"), value=consent.reason_of(item)),
        Fact(name=_("Patient"), value=_("MRN %(mrn)s") % {"mrn": seen.mrns[item.person]}),
        Fact(name=_("Clinician"), value=by),
    ]
    return Judged(seen.link(item, alone=True), facts, _opened(item), _hindrance(item, reviewer))


def _opened(item: Session) -> list[Opened]:
    return [
        Opened(time=access.time, what=", ".join(CATEGORIES[name] for name in access.categories))
        for access in opened_under(item)
    ]


def _seen(sessions: Sequence[Session], place: Place, reviewer: UUID) -> _Seen:
    patients = accounts.registrations_of(item.person for item in sessions)
    return _Seen(
        place,
        reviewer,
        names=accounts.names(item.actor for item in sessions),
        places=accounts.organisation_names(item.organisation for item in sessions),
        mrns={person: row.mrn for person, row in patients.items()},
    )


def _runs(item: Session) -> bool:
    return item.ended_at is None and item.ends > timezone.now()


def _hindrance(item: Session, reviewer: UUID) -> str:
    if item.reviewed_at is not None:
        return _("This was reviewed already.")
    if item.actor == reviewer:
        return _("This was your own access. Somebody else has to review it.")
    if _runs(item):
        return _("This access still runs. Review it when it is over.")
    return ""
