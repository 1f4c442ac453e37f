"""Findings in words and as pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.design.strips import Strip, Tick
from portal.design.times import words as moment
from portal.patterns.services import KINDS, Finding, Kind, Patterns
from portal.patterns.thresholds import Thresholds
from portal.staff.desk import Place

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TITLES: Mapping[Kind, Any] = {
    "own": gettext_lazy("Own record"),
    "namesake": gettext_lazy("Same surname"),
    "hour": gettext_lazy("Many patients in an hour"),
    "night": gettext_lazy("At night"),
    "rest": gettext_lazy("Former patient"),
}


@dataclass(frozen=True)
class Shown:
    """One finding: a sentence, its picture, and where its entries are."""

    says: str
    who: str
    title: str
    about: str
    strip: Strip
    count: int
    url: str
    emergencies: bool


@dataclass(frozen=True)
class Group:
    """The findings of one kind, with what the kind is and why it may be harmless."""

    kind: str
    title: str
    explains: str
    findings: Sequence[Shown]


def title(kind: str) -> str:
    return str(TITLES[kind])  # type: ignore[index]


def groups(made: Patterns, place: Place) -> list[Group]:
    """The kinds of which something was found."""
    found = [(kind, made.of(kind)) for kind in KINDS]
    return [
        Group(kind, title(kind), explains(kind, made.by), [_shown(one, made, place) for one in findings])
        for kind, findings in found
        if findings
    ]


def quiet(made: Patterns) -> list[tuple[str, str]]:
    """The kinds of which nothing was found: title, and what was looked for."""
    return [(title(kind), explains(kind, made.by)) for kind in KINDS if not made.of(kind)]


def explains(kind: Kind, by: Thresholds) -> str:
    """What is looked for, by which threshold, and what an innocent reason would be."""
    if kind == "own":
        return _(
            "Somebody who works here opened their own record in their role at work, and not as a patient."
        )
    if kind == "namesake":
        return _(
            "Somebody opened the record of a patient with their own surname: a relative, perhaps, or chance. The "
            "names were compared under a key; no record was opened for it."
        )
    if kind == "hour":
        return ngettext(
            "Somebody opened the records of %(n)d patient or more within one hour. A ward round does that, too.",
            "Somebody opened the records of %(n)d patients or more within one hour. A ward round does that, too.",
            by.an_hour,
        ) % {"n": by.an_hour}
    if kind == "night":
        return ngettext(
            "Somebody opened the records of %(n)d patient or more in one night, between %(since)s and %(until)s. On "
            "duty that is nothing unusual.",
            "Somebody opened the records of %(n)d patients or more in one night, between %(since)s and %(until)s. On "
            "duty that is nothing unusual.",
            by.a_night,
        ) % {"n": by.a_night, "since": _clock(by.night_from), "until": _clock(by.night_until)}
    return ngettext(
        "Somebody opened the record of a patient for whom nothing was written or agreed here for %(n)d month or more.",
        "Somebody opened the record of a patient for whom nothing was written or agreed here for %(n)d months or more.",
        by.months_at_rest,
    ) % {"n": by.months_at_rest}


def fields(held: Thresholds) -> dict[str, int]:
    return asdict(held)


def chosen(cleaned: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(cleaned[name]) for name in Thresholds.__slots__}


def _clock(hour: int) -> str:
    return f"{hour:02d}:00"


def _shown(one: Finding, made: Patterns, place: Place) -> Shown:
    says = _says(one)
    asked = {
        "kind": one.kind,
        "actor": one.actor,
        "subject": one.subject,
        "since": one.first.isoformat(),
        "until": (one.last + timedelta(microseconds=1)).isoformat(),
    }
    return Shown(
        says=says,
        who=one.name or one.actor[:12],
        title=one.title,
        about=one.subject[:12],
        strip=_strip(one, made, says),
        count=one.accesses,
        url=f"{reverse('auditors:pattern_entries', args=[place.slug])}?{urlencode(asked)}",
        emergencies=one.emergencies,
    )


def _says(one: Finding) -> str:
    patients = ngettext("%(n)d patient", "%(n)d patients", one.patients) % {"n": one.patients}
    times = ngettext("once", "%(n)d times", one.accesses) % {"n": one.accesses}
    first, last = moment(one.first, "moment"), moment(one.last, "moment")
    if one.kind == "hour":
        return _("Opened the records of %(patients)s between %(first)s and %(last)s.") % {
            "patients": patients,
            "first": first,
            "last": moment(one.last, "clock"),
        }
    if one.kind == "night":
        return _("Opened the records of %(patients)s in the night, from %(first)s to %(last)s.") % {
            "patients": patients,
            "first": first,
            "last": moment(one.last, "clock"),
        }
    if one.kind == "rest":
        before = moment(one.before, "day") if one.before else ""
        return _(
            "Opened a record %(times)s, last on %(last)s, in which nothing had happened since %(before)s."
        ) % {
            "times": times,
            "last": last,
            "before": before,
        }
    if one.kind == "own":
        return _("Opened their own record %(times)s. The last time: %(last)s.") % {
            "times": times,
            "last": last,
        }
    return _("Opened the record of a patient with the same surname %(times)s. The last time: %(last)s.") % {
        "times": times,
        "last": last,
    }


def _strip(one: Finding, made: Patterns, says: str) -> Strip:
    if one.kind == "hour":
        return _placed(one, says, one.first, one.first + HOUR, quarters=4)
    if one.kind == "night":
        noon = _noon_before(one.first)
        night = [_hours_after_noon(made.by.night_from) / 24, _hours_after_noon(made.by.night_until) / 24]
        shades = [(night[0], night[1])] if night[0] < night[1] else [(0.0, night[1]), (night[0], 1.0)]
        return _placed(one, says, noon, noon + DAY, quarters=4, shades=shades)
    if one.kind == "rest" and one.before:
        return _placed(one, says, one.before, one.last, quarters=1, ring=0.0)
    return _placed(one, says, made.since, made.until, quarters=2)


def _placed(
    one: Finding,
    says: str,
    start: datetime,
    end: datetime,
    *,
    quarters: int,
    shades: Sequence[tuple[float, float]] = (),
    ring: float | None = None,
) -> Strip:
    whole = max((end - start).total_seconds(), 1.0)
    style = "clock" if end - start <= DAY else "short"
    ticks = [
        Tick(at=step / quarters, name=moment(start + (end - start) * step / quarters, style))
        for step in range(quarters + 1)
    ]
    dots = [(time - start).total_seconds() / whole for time in one.times]
    return Strip(says=says, dots=dots, ticks=ticks, shades=shades, ring=ring)


def _noon_before(time: datetime) -> datetime:
    local = timezone.localtime(time)
    noon = local.replace(hour=12, minute=0, second=0, microsecond=0)
    return noon if noon <= local else noon - DAY


def _hours_after_noon(hour: int) -> int:
    return (hour - 12) % 24
