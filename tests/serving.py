"""Starts the node as its users meet it: uvicorn and the sequencer as processes of their own, on a test database."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from portal.node.postgres import BASE_DIR
from tests.settings import SERVER_URL

START_SECONDS = 120


@dataclass
class Node:
    """A running node. `url` has no trailing slash; `localhost`, because passkeys refuse a bare address."""

    url: str
    port: int
    folder: Path
    environment: dict[str, str]
    children: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def check(self) -> None:
        """Fail with the log of a part that has ended."""
        for name, child in self.children.items():
            if child.poll() is not None:
                raise AssertionError(f"{name} ended with {child.returncode}:\n{self.log(name)}")

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-4000:]

    def start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                [sys.executable, *command], cwd=BASE_DIR, env=self.environment,
                stdin=subprocess.PIPE, stdout=log, stderr=log,
            )  # fmt: skip

    def kill(self, name: str) -> None:
        """SIGKILL one part, as a fault would."""
        child = self.children.pop(name)
        child.kill()
        child.wait()
        _close(child)

    @contextlib.contextmanager
    def paused(self, name: str, at_rest: Callable[[], bool]) -> Iterator[None]:
        """Let one part stand still meanwhile, at a moment at which it is at rest and holds no lock."""
        child = self.children[name]
        child.send_signal(signal.SIGSTOP)
        while not at_rest():
            child.send_signal(signal.SIGCONT)
            time.sleep(0.02)
            child.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            child.send_signal(signal.SIGCONT)

    def start_sequencer(self) -> None:
        self.start("sequencer", "-m", "portal.node.child", "sequencer")

    def start_web(self) -> None:
        self.start("web", "-m", "portal.node.web")
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self.url):
            self.check()
            if time.monotonic() > deadline:
                raise AssertionError(f"web does not answer:\n{self.log('web')}")
            time.sleep(0.05)

    def stop(self) -> None:
        for child in self.children.values():
            child.terminate()
        for child in self.children.values():
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            _close(child)
        self.children.clear()


# The node of this worker's session, once a test has asked for it.
RUNNING = pytest.StashKey[Node]()


@contextlib.contextmanager
def serve(database: str, folder: Path) -> Iterator[Node]:
    """A node on `database` at a free port, stopped in the end."""
    port = free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "ASSENT_TEST_DATABASE": database,
        "PORT": str(port),
        "DATABASE_URL": SERVER_URL,
        "PYTHONUNBUFFERED": "1",
    }
    # A node's own code must not get away with what Playwright needs in a test.
    environment["DJANGO_ALLOW_ASYNC_UNSAFE"] = ""
    node = Node(f"http://localhost:{port}", port, folder, environment)
    try:
        node.start_sequencer()
        node.start_web()
        yield node
    finally:
        node.stop()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/livez", timeout=2):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _close(child: "subprocess.Popen[bytes]") -> None:
    if child.stdin:
        child.stdin.close()
