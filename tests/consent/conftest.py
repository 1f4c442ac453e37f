"""Ledgers for the organisations of the cast."""

import pytest

from tests.consent import cast


@pytest.fixture
def logs(db: None) -> None:
    """The two organisations can take entries."""
    cast.open_logs()
