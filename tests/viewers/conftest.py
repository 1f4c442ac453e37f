import pytest
from django.core.cache import cache

from tests import cast as people
from tests.cast import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    cache.clear()  # the limit of codes a minute counts all tests together
    return people.build()
