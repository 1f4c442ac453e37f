"""The same open page where no socket opens: its stream of server-sent events."""

import json
import socket
import threading
from contextlib import suppress
from queue import Empty, Queue
from typing import Any

import httpx

from tests.serving import Node


class Stream:
    """`said`: the messages, heartbeats and the position to begin with left out; `id`: that of the last event;
    `closed`: the code that the last event gave."""

    def __init__(self, node: Node, session: str, path: str = "/live/events/", last: str = "") -> None:
        self.said: list[dict[str, Any]] = []
        self.id = last
        self.closed: int | None = None
        self._lines: Queue[str] = Queue()
        self._client = httpx.Client(timeout=60, cookies={f"assent-session-{node.port}": session})
        headers = {"Last-Event-ID": last} if last else {}
        self._open = self._client.stream("GET", f"{node.url}{path}", headers=headers)
        self.answer = self._open.__enter__()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            for line in self.answer.iter_lines():
                self._lines.put(line)
        except httpx.HTTPError:
            return

    def listen(self, seconds: float, *, until: int | None = None) -> list[dict[str, Any]]:
        """Take what comes, until it has been quiet for so long or so many messages were said in all."""
        kind = ""
        while self.closed is None and (until is None or len(self.said) < until):
            try:
                line = self._lines.get(timeout=seconds)
            except Empty:
                break
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "id":
                self.id = value
            elif name == "data" and kind == "closed":
                self.closed = int(value)
            elif name == "data" and json.loads(value)["type"] not in ("heartbeat", "from"):
                self.said.append(json.loads(value))
        return self.said

    def begun(self) -> "Stream":
        """Wait until it has its position."""
        while not self.id:
            name, _, value = self._lines.get(timeout=30).partition(": ")
            self.id = value if name == "id" else ""
        return self

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # a read in another thread does not end by closing alone
            self.answer.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self._reader.join(5)
        self._open.__exit__(None, None, None)
        self._client.close()
