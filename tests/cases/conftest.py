from collections.abc import Callable
from uuid import UUID

import pytest

from ledger.scope import tenant_scope
from ledger.selectors import Entry, subject_entries
from portal.records.services import chart, who_has_seen
from tests import cast as people
from tests.cast import Cast

Entries = Callable[..., list[Entry]]


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


@pytest.fixture
def access(cast: Cast) -> UUID:
    """The entry by which the doctor read Amara's lab results."""
    cast.grant(cast.doctor, "lab-results")
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    return who_has_seen(caller=cast.amara, tenant=cast.hospital.id)[0].entry


@pytest.fixture
def entries(cast: Cast) -> Entries:
    """Amara's entries of these types at the hospital, newest first."""

    def of(*types: str) -> list[Entry]:
        with tenant_scope(cast.hospital.id):
            return subject_entries(subject=cast.person, types=types)

    return of
