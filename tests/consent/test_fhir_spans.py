"""FHIR dates and times cover what their precision says, exactly to the microsecond."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import instants
from consent.fhir.spans import Span, covered, instant

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES))
def test_an_instant_is_the_same_in_every_zone(moment: datetime) -> None:
    starts, ends = covered(moment.isoformat(timespec="microseconds"))
    assert starts == instants.microseconds(moment)
    assert ends == starts + 1


@given(st.dates(datetime(1, 1, 1).date(), datetime(9998, 12, 31).date()))
def test_a_date_covers_its_day_in_utc(day: datetime) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    bounds = (midnight, midnight + timedelta(days=1))
    assert covered(day.isoformat()) == tuple(map(instants.microseconds, bounds))


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("1970", 365 * 86_400_000_000),
        ("2024", 366 * 86_400_000_000),
        ("2023-02", 28 * 86_400_000_000),
        ("2024-02", 29 * 86_400_000_000),
        ("9999", 365 * 86_400_000_000),
        ("9999-12", 31 * 86_400_000_000),
        ("2024-02-29", 86_400_000_000),
        ("2024-02-29T10:00:00Z", 1_000_000),
        ("2024-02-29T10:00:00.0Z", 100_000),
        ("2024-02-29T10:00:00.000Z", 1000),
        ("2024-02-29T10:00:00.000000Z", 1),
        ("2024-02-29T10:00:00.1234567Z", 1),
    ],
)
def test_precision_is_width(text: str, microseconds: int) -> None:
    starts, ends = covered(text)
    assert ends - starts == microseconds


@pytest.mark.parametrize(
    "text", ["0000", "2022-00", "2022-13", "2022-00-05", "2022-01-00", "2022-02-29", "2022-04-31", "2022-1-1"]
)
def test_a_date_that_is_none_is_not_taken_for_another(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be in|out of range|dateTime"):
        covered(text)


def test_only_facts_may_lack_a_zone_and_then_it_is_utc() -> None:
    assert instant("2024-02-29T10:00:00") == instant("2024-02-29T10:00:00Z")
    with pytest.raises(ValueError, match="dateTime"):
        covered("2024-02-29T10:00:00")
    with pytest.raises(ValueError, match="instant"):
        instant("2024-02-29")


def test_spans_narrow_and_say_when_nothing_is_left() -> None:
    assert Span(1, None).within(Span(None, 5)) == Span(1, 5)
    assert Span(1, 5).within(Span(3, 9)) == Span(3, 5)
    assert Span(1, 3).within(Span(3, 9)).reversed
    assert not Span().reversed
