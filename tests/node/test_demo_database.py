"""The demo takes an empty database, knows its own again, and leaves every other one alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from portal.node.errors import ForeignDatabase
from portal.node.ownership import MARK, claim_demo_database

# The one operation that works as the owner outside migrations.
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def owner(administrator: Any, transactional_db: None) -> Iterator[Any]:
    """An administrator's connection; the database is without the mark before and after."""
    unmark = f'COMMENT ON DATABASE "{administrator.info.dbname}" IS NULL'
    administrator.execute(unmark)
    yield administrator
    administrator.execute(unmark)


def comment(administrator: Any) -> str | None:
    question = (
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    )
    found: str | None = administrator.execute(question).fetchone()[0]
    return found


def test_an_empty_migrated_database_becomes_the_demos(owner: Any) -> None:
    claim_demo_database()
    assert comment(owner) == MARK


def test_the_demo_knows_its_own_database_again_with_all_that_is_in_it(owner: Any) -> None:
    claim_demo_database()
    owner.execute("INSERT INTO django_session VALUES ('key', 'content', now())")
    claim_demo_database()
    assert comment(owner) == MARK


def test_a_database_with_anything_in_it_is_refused_and_left_as_it_is(owner: Any) -> None:
    owner.execute("INSERT INTO django_session VALUES ('key', 'content', now())")
    with pytest.raises(ForeignDatabase, match="leaves it alone"):
        claim_demo_database()
    assert comment(owner) is None


def test_a_table_of_somebody_else_that_cannot_be_read_counts_as_theirs(owner: Any) -> None:
    owner.execute("CREATE SCHEMA theirs; CREATE TABLE theirs.secret (id int)")
    try:
        with pytest.raises(ForeignDatabase):
            claim_demo_database()
    finally:
        owner.execute("DROP SCHEMA theirs CASCADE")
