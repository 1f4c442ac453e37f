"""`manage.py demo`: the demo world, loaded once, and the whole node in one process group."""

import contextlib
import fcntl
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from ledger.sequencing import drain
from portal.demo.services import load
from portal.node.errors import NodeError
from portal.node.group import Group, node_parts
from portal.node.ownership import claim_demo_database
from portal.node.postgres import Cluster
from portal.node.schema import pending_migrations

REVIVE_SECONDS = 1.0


class Command(BaseCommand):
    help = "Load the demo world once and run web server, sequencer and jobs until Ctrl-C."
    # The database's owner is asked first: its refusal must not hide behind settings of a production node.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        with _only_one():
            _refuse_taken_port()
            self._prepare()
            accounts = self._load()
            Group(node_parts(), self._say, _Watch(lambda: self._greet(accounts))).run()
        self._say("Stopped. The data stay for the next `make demo`.")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def _prepare(self) -> None:
        try:
            claim_demo_database()
        except NodeError as error:
            raise CommandError(error.sentence) from None
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from None
        if pending_migrations("owner"):
            self._say("Making the tables ...")
            call_command("migrate", database="owner", verbosity=0, interactive=False)
            call_command("reindex", verbosity=0)
        self.check(databases=["default"])

    def _load(self) -> list[str]:
        """Load the demo world; one line for each account. What a killed run left waiting is sequenced first."""
        drain()
        accounts = [str(line) for line in load(progress=self._say)]
        connections.close_all()
        return accounts

    def _greet(self, accounts: list[str]) -> None:
        url = f"http://localhost:{settings.PORT}"
        self._say("\n".join(["", f"Assent runs at {url}/   (Ctrl-C stops it)", "", *accounts, ""]))


class _Watch:
    """While the group runs: greet once the web server answers; start a database that was killed again."""

    def __init__(self, greet: Callable[[], None]) -> None:
        self.greet: Callable[[], None] | None = greet
        self.cluster = Cluster(settings.VAR_DIR) if settings.LOCAL else None
        self.due = 0.0

    def __call__(self) -> None:
        if self.greet and _answers(settings.PORT):
            self.greet()
            self.greet = None
        if self.cluster and time.monotonic() > self.due:
            self.due = time.monotonic() + REVIVE_SECONDS
            try:
                self.cluster.revive()
            except NodeError as error:
                sys.stderr.write(f"{error.sentence}\n")


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    """Two demos in one `var` would share a database and a sequencer's work."""
    with (settings.VAR_DIR / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CommandError(
                f"The demo already runs here: process and port {lock.read().strip()}."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}, {settings.PORT}")
        lock.flush()
        yield


def _refuse_taken_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.ASSENT_HOST, settings.PORT))
        except OSError:
            other = settings.PORT + 1
            raise CommandError(
                f"Port {settings.PORT} is taken. Choose another: PORT={other} make demo"
            ) from None


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
