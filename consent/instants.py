"""Instants as policies see them: microseconds since 1970, UTC, as whole numbers.

Cedar's own datetime stops at milliseconds and so errs at boundaries. Above 2^53 a JavaScript engine would
round, and two implementations could disagree; no instant reaches that far (the year 2255).
"""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
LAST = 2**53 - 1


def microseconds(instant: datetime) -> int:
    """Exact: no float is involved. The instant must know its time zone."""
    return (instant - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """The inverse of `microseconds`, in UTC."""
    return _EPOCH + count * _MICROSECOND


def iso(instant: datetime) -> str:
    """One spelling for one instant: 2026-11-22T14:17:00.123456Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_iso(text: str) -> datetime:
    """The inverse of `iso`; raises ValueError for any other spelling."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
