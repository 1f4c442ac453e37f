"""FHIR dates as the span of time they name: "2021-03" is the whole of March. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

_FORM = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?\Z"
)
FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)


class Span(NamedTuple):
    """Half-open, in UTC. A date without a time zone is read as UTC."""

    start: datetime
    end: datetime


def span(text: str) -> Span:
    """The span that a FHIR date, dateTime or instant names. Raises ValueError."""
    match = _FORM.match(text)
    if match is None:
        raise ValueError("not a FHIR date")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if hour is None:
        return _of_days(int(year), month, day)
    offset = "+00:00" if zone in (None, "Z") else zone
    micro = (fraction or "").ljust(6, "0")[:6]
    leap = second == "60"  # a leap second is the second after the 59th
    written = f"{year}-{month}-{day}T{hour}:{minute}:{'59' if leap else second or '00'}.{micro}{offset}"
    start = datetime.fromisoformat(written).astimezone(UTC) + timedelta(seconds=leap)
    width = timedelta(minutes=1) if second is None else timedelta(seconds=1)
    if fraction:
        width = timedelta(microseconds=max(1, 10 ** (6 - min(6, len(fraction)))))
    return Span(start, _later(start, width))


def of_element(value: object) -> Span | None:
    """The span of a date, an instant or a Period, or None where it names none."""
    if isinstance(value, str):
        try:
            return span(value)
        except (ValueError, OverflowError):
            return None
    if isinstance(value, Mapping):
        return _of_period(value)
    return None


def searched(value: object) -> Span | None:
    """As `of_element`, as searches read it: an end that a Period does not say is open (FHIR R4, 3.1.1.4.5)."""
    if not isinstance(value, Mapping):
        return of_element(value)
    start, end = of_element(value.get("start")), of_element(value.get("end"))
    if start is None and end is None:
        return None
    return Span(start.start if start else FIRST, end.end if end else LAST)


def _of_period(period: Mapping[str, Any]) -> Span | None:
    start, end = of_element(period.get("start")), of_element(period.get("end"))
    if start is None:
        return end
    return Span(start.start, max(end.end, start.end) if end else start.end)


def _of_days(number: int, month: str | None, day: str | None) -> Span:
    start = datetime(number, int(month or 1), int(day or 1), tzinfo=UTC)
    if day:
        return Span(start, _later(start, timedelta(days=1)))
    year, following = (start.year + start.month // 12, start.month % 12 + 1) if month else (start.year + 1, 1)
    return Span(start, LAST if year > 9999 else datetime(year, following, 1, tzinfo=UTC))


def _later(start: datetime, width: timedelta) -> datetime:
    return start + width if start < LAST - width else LAST
