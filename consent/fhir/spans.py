"""FHIR R4 dates and times as what they cover: "2024" is the whole year, "16:00:00" the whole second (rule S8).

Microseconds since 1970, UTC, as whole numbers: no float, no datetime (which ends before the year 9999 does). Digits
of a second beyond the sixth are below every clock here and are not read.
"""

import re
from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import date

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_EPOCH = date(1970, 1, 1).toordinal()
_DATE_TIME = re.compile(
    r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2})"
    r"(T(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9]|60)(\.(?P<fraction>[0-9]+))?"
    r"(?P<zone>Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?)?)?)?"
)


@dataclass(frozen=True)
class Span:
    """Half-open; None is open."""

    starts: int | None = None
    ends: int | None = None

    @property
    def reversed(self) -> bool:
        """Whether it would end before, or as, it begins."""
        return self.starts is not None and self.ends is not None and self.ends <= self.starts

    def within(self, other: "Span") -> "Span":
        """What both cover; reversed if that is nothing."""
        starts = [bound for bound in (self.starts, other.starts) if bound is not None]
        ends = [bound for bound in (self.ends, other.ends) if bound is not None]
        return Span(max(starts, default=None), min(ends, default=None))


def covered(text: str, *, zone_needed: bool = True) -> tuple[int, int]:
    """What a FHIR dateTime covers. Raises ValueError. FHIR requires a zone with a time; a date is one of UTC."""
    found = _DATE_TIME.fullmatch(text)
    if found is None or (found["hour"] and zone_needed and not found["zone"]):
        raise ValueError("not a FHIR dateTime")
    first = date(int(found["year"]), int(found["month"] or "1"), int(found["day"] or "1"))
    starts = (first.toordinal() - _EPOCH) * _DAY
    if found["hour"] is None:
        return starts, starts + _days(found, first) * _DAY
    return _instant(found, starts)


def instant(text: str) -> int:
    """A time to the second or finer as one instant; without zone it is UTC. Raises ValueError."""
    if "T" not in text:
        raise ValueError("not an instant")
    return covered(text, zone_needed=False)[0]


def _days(found: re.Match[str], first: date) -> int:
    if found["day"]:
        return 1
    return monthrange(first.year, first.month)[1] if found["month"] else 365 + isleap(first.year)


def _instant(found: re.Match[str], midnight: int) -> tuple[int, int]:
    seconds = (
        int(found["hour"]) * 3600 + int(found["minute"]) * 60 + int(found["second"]) - _offset(found["zone"])
    )
    digits = (found["fraction"] or "")[:6]
    starts = midnight + seconds * _SECOND + int(digits.ljust(6, "0"))
    return starts, starts + int(10 ** (6 - len(digits)))


def _offset(zone: str | None) -> int:
    if zone is None or zone == "Z":
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
    return -seconds if zone[0] == "-" else seconds
