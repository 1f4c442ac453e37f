"""A test leaves nothing behind in the database, not even what the application itself could not delete."""

from typing import Any

import pytest
from django.db import connections

from tests.databases import KEPT, empty_database

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_table_is_emptied_but_those_that_migrations_filled(
    administrator: Any, administrator_dsn: str, database_name: str
) -> None:
    administrator.execute("CREATE TABLE kept_for_ever (id int)")
    administrator.execute("CREATE RULE append_only AS ON DELETE TO kept_for_ever DO INSTEAD NOTHING")
    administrator.execute(
        "INSERT INTO kept_for_ever VALUES (1); INSERT INTO django_session VALUES ('k', 'c', now())"
    )
    try:
        empty_database(administrator_dsn, database_name)
        filled = [name for (name,) in _tables(administrator) if _count(administrator, name)]
        assert set(filled) == KEPT
    finally:
        administrator.execute("DROP TABLE kept_for_ever")


def test_a_test_sees_the_app_and_the_sequencer_in_its_own_database(database_name: str) -> None:
    for alias in ("default", "sequencer"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_database()")
            assert cursor.fetchone() == (database_name,)


def _tables(administrator: Any) -> list[tuple[str]]:
    found: list[tuple[str]] = administrator.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    ).fetchall()
    return found


def _count(administrator: Any, table: str) -> int:
    number: int = administrator.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
    return number
