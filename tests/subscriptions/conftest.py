"""The cast, on a node that may call loopback; and a receiver."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.cast import Cast, build
from tests.subscriptions.receiver import Receiver, receiver


@pytest.fixture
def cast(transactional_db: None, settings: Settings, tmp_path: Path, no_other_sequencer: None) -> Cast:
    settings.ASSENT_SIGNER_DIR = tmp_path / "signer"
    settings.DEBUG = True
    return build()


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as found:
        yield found
