"""A log of its own for each test, which no other sequencer may touch meanwhile."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from ledger import services, witness
from ledger.sequencer import open_session
from tests.ledger.logbook import Logbook
from tests.ledger.strangers import ask
from tests.serving import Node


@pytest.fixture
def signer_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.ASSENT_SIGNER_DIR = tmp_path / "signer"
    folder: Path = settings.ASSENT_SIGNER_DIR
    return folder


@pytest.fixture
def log(transactional_db: None, signer_folder: Path, administrator: Any) -> Iterator[Logbook]:
    """The log of an organisation. A lock keeps it from the sequencer of a node that other tests started."""
    services.register_types("access.permitted", "access.denied")
    with open_session() as session:
        book = Logbook(uuid4(), f"log-{uuid4().hex[:8]}", session, administrator)
        book.hold()
        services.open_log(tenant=book.tenant, name=book.name)
        yield book


@pytest.fixture
def other_log(log: Logbook) -> Iterator[Logbook]:
    """The log of another organisation on the same node."""
    with open_session() as session:
        book = Logbook(uuid4(), f"log-{uuid4().hex[:8]}", session, log.superuser)
        book.hold()
        services.open_log(tenant=book.tenant, name=book.name)
        yield book


@pytest.fixture
def sequencers(
    log: Logbook, signer_folder: Path, database_name: str, tmp_path: Path, no_other_sequencer: None
) -> Iterator[Node]:
    """Starts `manage.py sequencer` as processes on this test's database; no other runs meanwhile."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "ASSENT_TEST_DATABASE": database_name,
        "ASSENT_SIGNER_DIR": str(signer_folder),
        "DJANGO_ALLOW_ASYNC_UNSAFE": "",
    }
    node = Node("", 0, tmp_path, environment)
    log.release()
    yield node
    node.stop()


@pytest.fixture
def own(log: Logbook, live_server: LiveServer, settings: Any) -> Iterator[str]:
    """This node's own witness at a real address; the log is asked to be cosigned there. Gives its vkey."""
    settings.DEBUG = True  # loopback may be called
    witness.trust_log(log.status().origin, [log.status().vkey])
    vkey = witness.witness_key().vkey
    ask(log, f"{live_server.url}/witness/", vkey)
    yield vkey
