"""An open page of a logged-in person: a browser session and its socket."""

import json
import time
from contextlib import suppress
from typing import Any
from uuid import UUID

import httpx
import websocket
from django.test import Client

from ledger import services as ledger
from ledger.scope import tenant_scope
from portal.accounts import selectors
from tests.api.house import House
from tests.serving import Node

CSRF = "a" * 32


class Page:
    """One socket of one session. `said` is all that the server sent, heartbeats and positions left out."""

    def __init__(self, node: Node, session: str, path: str = "/ws/notifications/") -> None:
        self.said: list[dict[str, Any]] = []
        self.closed: int | None = None
        cookie = f"assent-session-{node.port}={session}"
        address = node.url.replace("http", "ws") + path
        self.socket = websocket.create_connection(address, timeout=5, cookie=cookie, origin=node.url)

    def hello(self, **last: int) -> None:
        self.socket.send(json.dumps({"last": {slug.replace("_", "-"): seq for slug, seq in last.items()}}))

    def listen(self, seconds: float, *, until: int | None = None) -> list[dict[str, Any]]:
        """Take what comes for so long, or until so many messages were said in all."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self.closed is None:
            if until is not None and len(self.said) >= until:
                break
            self.socket.settimeout(left)
            with suppress(websocket.WebSocketTimeoutException):
                self._take()
        return self.said

    def _take(self) -> None:
        opcode, content = self.socket.recv_data()
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            self.closed = int.from_bytes(content[:2], "big")
        elif opcode == websocket.ABNF.OPCODE_TEXT:
            message = json.loads(content)
            if message.get("type") not in ("heartbeat", "from"):
                self.said.append(message)

    def __enter__(self) -> "Page":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.shutdown()  # type: ignore[no-untyped-call]


def session_of(email: str) -> str:
    """The key of a new browser session of that account."""
    browser = Client()
    browser.force_login(selectors.user_by_email(email), backend="portal.accounts.backends.WithPerson")
    return str(browser.session.session_key)


def log_out(node: Node, session: str) -> None:
    cookies = {f"assent-session-{node.port}": session, f"assent-csrf-{node.port}": CSRF}
    answer = httpx.post(f"{node.url}/accounts/logout/", cookies=cookies, headers={"X-CSRFToken": CSRF})
    assert answer.status_code == 302, answer.text


def append(house: House, slug: str, subject: UUID | None, *, kind: str = "access.permitted") -> UUID:
    """One entry, as any service would write it."""
    with tenant_scope(house.tenants[slug]):
        signed = ledger.append(type=kind, actor=None, subject=subject, audit={"test": True})
    return signed.promise.id


def sequenced(house: House, slug: str, person: UUID, count: int) -> None:
    """Wait until so many entries about the person have their index."""
    from ledger import selectors as entries

    end = time.monotonic() + 10
    while time.monotonic() < end:
        with tenant_scope(house.tenants[slug]):
            if entries.subject_head(person) + 1 >= count:
                return
        time.sleep(0.02)
    raise AssertionError("the sequencer did not get there")
