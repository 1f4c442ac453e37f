"""Ledgers for the organisations of the cast."""

import pytest

from tests.consent import cast


@pytest.fixture
def logs(db: None) -> None:
    """The two organisations can take entries. Their ids are those of every test, so a running node knows other keys."""
    cast.open_logs()
