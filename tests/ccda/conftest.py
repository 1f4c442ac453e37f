"""The cast, with their records stored."""

import pytest

from tests.cast import Cast, build


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return build()
