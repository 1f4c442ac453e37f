import pytest

from tests import cast as people
from tests.cast import Cast


@pytest.fixture
def cast(transactional_db: None, no_other_sequencer: None) -> Cast:
    return people.build()
