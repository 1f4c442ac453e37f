"""The cast, with their records stored and nothing shared yet."""

import pytest

from tests.cast import Cast, build


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return build()
