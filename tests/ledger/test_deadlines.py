"""Who answers without end, or byte by byte, is waited for no longer than who does not answer."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest
from pytest_django import Settings

from ledger import remote, witness_client
from ledger.errors import LogUnreachable, OutboundRefused
from ledger.outbound import call
from ledger.remote import remote_log
from ledger.sequencer import open_session
from ledger.witnessing import compare_with_witnesses
from tests.ledger.logbook import Logbook
from tests.ledger.strangers import STRANGER, ask

STARTED = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
TRICKLES = {
    "nothing": b"",
    "a header": b"HTTP/1.1 200 OK\r\nX-Long: ",
    "header after header": b"HTTP/1.1 100 Continue\r\n\r\n",
    "a body of a length": STARTED + b"Content-Length: 500000\r\n\r\n",
    "a body without end": STARTED + b"Connection: close\r\n\r\n",
    "a chunk": STARTED + b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n",
}


@contextmanager
def trickling(start: bytes, more: bytes = b"x", every: float = 0.05) -> Iterator[str]:
    """A server that answers `start` at once, and then a little more again and again."""
    ended, threads = Event(), list[Thread]()

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(start)
            while not ended.wait(every):
                connection.sendall(more)

    def accept(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threads.append(Thread(target=answer, args=(listening.accept()[0],), daemon=True))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=accept, args=(listening,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        ended.set()
        listening.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(5)


def timed(what: Callable[[], object]) -> float:
    started = time.monotonic()
    what()
    return time.monotonic() - started


@pytest.mark.parametrize("start", TRICKLES.values(), ids=TRICKLES.keys())
def test_a_call_ends_at_its_deadline_whatever_trickles(settings: Settings, start: bytes) -> None:
    settings.DEBUG = True

    def refused() -> None:
        with pytest.raises(OutboundRefused, match="does not answer"):
            call(url, seconds=0.4)

    more = TRICKLES["header after header"] if start.startswith(b"HTTP/1.1 100") else b"x"
    with trickling(start, more) as url:
        assert timed(refused) < 3


def test_a_handshake_that_trickles_ends_too(settings: Settings) -> None:
    settings.DEBUG = True

    def refused() -> None:
        with pytest.raises(OutboundRefused, match="does not answer"):
            call(url.replace("http://", "https://"), seconds=0.4)

    # The header of a TLS record that says that 16 KiB follow.
    with trickling(b"\x16\x03\x03\x40\x00") as url:
        assert timed(refused) < 3


def test_a_log_that_trickles_is_no_proof_against_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "SECONDS", 0.4)

    def unreachable() -> None:
        with remote_log(url) as fetch, pytest.raises(LogUnreachable):
            fetch("checkpoint")

    with trickling(TRICKLES["a body of a length"]) as url:
        assert timed(unreachable) < 4


@pytest.mark.django_db(databases=["default", "sequencer", "owner"], transaction=True)
def test_a_witness_that_trickles_does_not_keep_a_sequencer_from_starting(
    log: Logbook, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = True
    monkeypatch.setattr(witness_client, "SECONDS", 0.4)
    log.filled(3)
    with trickling(TRICKLES["a body without end"]) as url:
        ask(log, url, STRANGER.vkey)
        with open_session() as session:
            assert timed(lambda: compare_with_witnesses(session)) < 4
    assert log.append()
