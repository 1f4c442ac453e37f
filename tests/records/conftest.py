"""The cast, with their records stored and nothing shared yet."""

import pytest

from portal.accounts.models import Organisation
from portal.accounts.services import create_organisation
from tests.cast import Cast, build


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return build()


@pytest.fixture
def hospital(transactional_db: None) -> Organisation:
    return create_organisation(slug="import-here", name="Import Hospital")
