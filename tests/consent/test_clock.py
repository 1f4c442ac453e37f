"""The time of a decision is the database's, whatever this process thinks; and what has ended stays ended.

The clock is put back for one transaction by functions that hide those of PostgreSQL; nothing of ours knows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from consent import services
from consent.errors import ClockBehind
from tests.consent import cast
from tests.consent.doings import entries, granted, granted_and_over, reads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("logs")]

HOUR = timedelta(hours=1)
CLOCKS = ("clock_timestamp", "statement_timestamp", "transaction_timestamp", "now")


@pytest.fixture
def clocks(administrator: psycopg.Connection[Any]) -> Iterator[None]:
    """Clocks that a transaction may read instead of the true ones; `test_clock.shift` says how wrong they are."""
    administrator.execute("CREATE SCHEMA test_clock")
    for name in CLOCKS:
        administrator.execute(
            f"CREATE FUNCTION test_clock.{name}() RETURNS timestamptz LANGUAGE sql STABLE AS"
            f" $$ SELECT pg_catalog.{name}() + current_setting('test_clock.shift')::interval $$"
        )
    administrator.execute("GRANT USAGE ON SCHEMA test_clock TO PUBLIC")
    yield
    administrator.execute("DROP SCHEMA test_clock CASCADE")


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """In the custodian's scope, with its database's clock wrong by so much."""
    with cast.at_st_mary(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('test_clock.shift', %s, true)", [f"{by.total_seconds()} seconds"])
        cursor.execute("SET LOCAL search_path = test_clock, pg_catalog, public")
        yield


@pytest.mark.usefixtures("clocks")
@pytest.mark.parametrize("shift", [-HOUR, HOUR, 100 * HOUR])
def test_a_decision_is_made_at_the_time_of_the_database(shift: timedelta) -> None:
    with shifted(shift):
        before = datetime.now(UTC)
        decisions = services.decide(request=cast.asks(), resources=[cast.record()])
    assert before - HOUR / 60 < decisions.at - shift < before + HOUR / 60


@pytest.mark.usefixtures("clocks")
def test_a_contract_ends_when_the_database_says_so() -> None:
    with cast.at_st_mary():
        granted(ends=datetime.now(UTC) + HOUR)
        assert reads().permitted
    with shifted(HOUR / 2):
        assert reads().permitted
    with shifted(HOUR):
        assert not reads().permitted


@pytest.mark.usefixtures("clocks")
def test_what_is_over_does_not_come_back_with_the_clock() -> None:
    with cast.at_st_mary():
        other = granted()
        over = granted_and_over(categories=["medicines"])
    assert services.expire_due(cast.ST_MARY) == 1
    assert entries()[0].audit["contract"] == str(over.id)
    with shifted(-HOUR):
        assert reads(cast.record("medicines")).layer == "engine"
        assert not reads().permitted, "before the newest change nothing is permitted, nor changed"
        with pytest.raises(ClockBehind):
            services.revoke(contract=other.id, actor=cast.PATIENT_USER, person=cast.PATIENT)
    with cast.at_st_mary():
        assert reads().permitted
        assert not reads(cast.record("medicines")).permitted
