"""When somebody comes of age, and what a delegation has to do with it."""

from datetime import UTC, date, datetime

import pytest

from portal.records.majority import comes_of_age


@pytest.mark.parametrize(
    ("born", "of_age"),
    [
        (date(2090, 5, 6), datetime(2108, 5, 6, tzinfo=UTC)),
        (date(2088, 2, 29), datetime(2106, 3, 1, tzinfo=UTC)),
        (date(1979, 3, 4), None),
    ],
)
def test_it_is_the_day_of_the_eighteenth_birthday(born: date, of_age: datetime | None) -> None:
    assert comes_of_age(born) == of_age
