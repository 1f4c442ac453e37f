from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest
from pytest_django import Settings

from ledger import selectors
from ledger.clock import Clock
from ledger.scope import tenant_scope
from ledger.sequencer import open_session, sequence_batch
from ledger.signer import sign_log
from portal.accounts.models import Organisation
from tests.cast import Cast, build

Seal = Callable[[Organisation], None]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return build()


@pytest.fixture
def seal(settings: Settings, tmp_path: Path) -> Seal:
    """Sequence and sign all that waits in an organisation's log; a node that other tests started may help."""
    settings.ASSENT_SIGNER_DIR = tmp_path / "signer"

    def sealed(place: Organisation) -> None:
        deadline = monotonic() + 10
        with open_session() as session:
            while monotonic() < deadline:
                sequence_batch(session, place.id, Clock())
                sign_log(session, place.id)
                with tenant_scope(place.id):
                    state = selectors.log_status()
                if state.size == state.entries and not state.backlog:
                    return
                sleep(0.02)
        raise AssertionError("the log was not sealed")

    return sealed
