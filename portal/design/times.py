"""Days and times in words, in the reader's time zone and by the locale's formats."""

import re
from datetime import UTC, date, datetime, time, timedelta

from django.utils import formats, timezone
from django.utils.translation import gettext

NO_BREAK = "\u00a0"
# A number stays with the word after it (2 November), and a title with the name.
_TIES = re.compile(r"(?<=\d) (?=[^\W\d_])|(?<=\bDr) (?=\S)")


def tie(text: str) -> str:
    """The text with no-break spaces where a line must not end."""
    return _TIES.sub(NO_BREAK, text)


def words(moment: datetime | date, style: str) -> str:
    """`moment`, `day`, `short`, `clock` or `exact` (to the second, UTC); a bare date has no clock."""
    if not isinstance(moment, datetime):
        return tie(formats.date_format(moment, "SHORT_DATE_FORMAT" if style == "short" else "DATE_FORMAT"))
    local = timezone.localtime(moment)
    if style == "exact":
        at = moment.astimezone(UTC)
        return tie(f"{formats.date_format(at, 'SHORT_DATE_FORMAT')}, {at:%H:%M:%S} UTC")
    if style == "clock":
        return formats.time_format(local.time(), "TIME_FORMAT")
    if style in ("day", "short"):
        return words(local.date(), style)
    return tie(f"{_day(local.date())}, {formats.time_format(local.time(), 'TIME_FORMAT')}")


def end_of_day(day: date) -> datetime:
    """The first instant after a day that somebody chose: days of contracts, requests and limits are those of UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _day(day: date) -> str:
    today = timezone.localdate()
    if day == today:
        return gettext("Today")
    if day == today - timedelta(days=1):
        return gettext("Yesterday")
    return formats.date_format(day, "MONTH_DAY_FORMAT" if day.year == today.year else "DATE_FORMAT")
