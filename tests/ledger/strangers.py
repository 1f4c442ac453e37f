"""Witnesses that answer what they are told to, and what a test asks of those that a log has."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from ledger import log_witnesses, selectors
from ledger.cosignature import CosignatureSigner
from ledger.scope import tenant_scope
from tests.ledger.logbook import Logbook

STRANGER = CosignatureSigner.generate("stranger.example/witness")
Answers = Callable[[bytes | None], tuple[int, str, bytes]]


def ask(log: Logbook, url: str, vkey: str, *, quorum: int | None = None) -> None:
    with tenant_scope(log.tenant):
        log_witnesses.add_witness(url=url, vkey=vkey)
        if quorum is not None:
            log_witnesses.set_quorum(quorum)


def asked(log: Logbook) -> dict[str, selectors.AskedWitness]:
    with tenant_scope(log.tenant):
        return {each.name: each for each in selectors.witnesses()}


@contextmanager
def stranger(answers: Answers) -> Iterator[str]:
    """A witness that answers what it is told to: given the body of a POST, or None for a GET."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def do_GET(self) -> None:
            self._answer(None)

        def _answer(self, body: bytes | None) -> None:
            status, kind, content = answers(body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def answering(status: int, content: bytes = b"", kind: str = "text/plain") -> Answers:
    return lambda body: (status, kind, content)


def until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        Event().wait(0.05)
    raise AssertionError("It did not come to that within 30 s.")
