"""A log whose clock the test sets: what happened at night, or years ago, is sequenced then."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from ledger.clock import Clock
from ledger.sequencer import open_session, sequence_batch
from ledger.signer import sign_log
from portal.accounts.models import Organisation
from tests.cast import Cast, build

SealAt = Callable[[Organisation, datetime], None]


@pytest.fixture
def cast(transactional_db: None, no_other_sequencer: None) -> Cast:
    return build()


class Told(Clock):
    """A clock that says what it was told."""

    def __init__(self, time: datetime) -> None:
        self.time = time

    def read(self, previous: datetime | None) -> datetime:
        return max(self.time, previous) if previous else self.time


@pytest.fixture
def seal_at(settings: Settings, tmp_path: Path) -> SealAt:
    """Sequence all that waits as of that moment."""
    settings.ASSENT_SIGNER_DIR = tmp_path / "signer"

    def sealed(place: Organisation, moment: datetime) -> None:
        with open_session() as session:
            while sequence_batch(session, place.id, Told(moment)):
                pass
            sign_log(session, place.id)

    return sealed
