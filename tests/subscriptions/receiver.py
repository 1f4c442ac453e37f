"""A real receiver of notifications, on the loopback address."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass
class Receiver:
    """`took`: what came, as (headers, bundle). `status`: what it answers."""

    url: str = ""
    status: int = 200
    took: list[tuple[dict[str, str], Json]] = field(default_factory=list)

    @property
    def bundles(self) -> list[Json]:
        return [bundle for _, bundle in self.took]


@contextmanager
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if found.status == 200:
                found.took.append((dict(self.headers.items()), json.loads(content)))
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its base's name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def kind(bundle: Json) -> str:
    """handshake, heartbeat, event-notification."""
    return str(parameter(bundle, "type"))


def parameter(bundle: Json, name: str) -> Any:
    status = bundle["entry"][0]["resource"]
    found = next(one for one in status["parameter"] if one["name"] == name)
    return next(value for key, value in found.items() if key.startswith("value"))


def numbers(bundle: Json) -> list[str]:
    """The numbers of its events."""
    status = bundle["entry"][0]["resource"]
    return [
        one["part"][0]["valueString"] for one in status["parameter"] if one["name"] == "notification-event"
    ]


def named(bundle: Json) -> list[str]:
    """What the events are about, as Type/id."""
    return [entry["request"]["url"] for entry in bundle["entry"][1:]]
