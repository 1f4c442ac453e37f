"""The sockets' other way, for networks that let none through: server-sent events (WHATWG HTML, 9.2) over plain HTTP.

One consumer speaks both. What it would send on a socket comes as `data:`; each `id:` is the whole cursor, which the
browser gives back as `Last-Event-ID`, so that a stream goes on where it was cut. The close code of a socket is the data
of the last event, `closed`. Heartbeats are sent as they are, so that a proxy sees life and a page can notice silence.
"""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Callable, Coroutine, MutableMapping
from typing import Any

from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import connections
from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_GET

Message = MutableMapping[str, Any]
Application = Callable[..., Coroutine[Any, Any, None]]
WAITING = 100  # messages that a slow reader may be behind before the consumer waits for it
GONE = 1001
FAILED = 1011


def as_events(consumer: type[AsyncWebsocketConsumer], *, cursor: bool) -> Any:
    """The consumer as a view. `cursor`: whether it waits for the position of the client before it speaks."""

    @require_GET
    async def events(request: HttpRequest, **kwargs: Any) -> StreamingHttpResponse:
        application: Any = consumer.as_asgi()
        scope = {
            "type": "websocket",
            "user": await request.auser(),
            "session": request.session,
            "url_route": {"args": (), "kwargs": kwargs},
        }
        first = request.headers.get("Last-Event-ID", "{}") if cursor else None
        return StreamingHttpResponse(
            spoken(application, scope, first),
            content_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return events


async def spoken(consumer: Application, scope: Message, first: str | None) -> AsyncIterator[str]:
    """What the consumer says, as events, until it closes or the reader leaves."""
    # The request's connection would be held for as long as the page is open, and the pool is small.
    await sync_to_async(connections.close_all)()
    line = _Line()
    line.incoming.put_nowait({"type": "websocket.connect"})
    if first is not None:
        line.incoming.put_nowait({"type": "websocket.receive", "text": _message(first)})
    task = asyncio.create_task(consumer(scope, line.incoming.get, line.send))
    task.add_done_callback(line.ended)
    try:
        yield f"retry: {random.randint(1000, 4000)}\n\n"  # noqa: S311 - jitter
        known: dict[str, int] = {}
        while (message := await line.outgoing.get())["type"] != "websocket.close":
            if message["type"] == "websocket.send":
                yield _event(message["text"], known)
        yield f"event: closed\ndata: {message.get('code') or GONE}\n\n"
    finally:
        await line.leave(task)


def _message(position: str) -> str:
    """The first message of a client, made of the id of the last event that it saw."""
    return f'{{"last": {position}}}'


def _event(text: str, known: dict[str, int]) -> str:
    said = json.loads(text)
    known.update(said.get("last") or {})
    if "seq" in said:
        known[said["tenant"]] = said["seq"]
    position = f"id: {json.dumps(known)}\n" if known else ""
    return f"{position}data: {text}\n\n"


class _Line:
    """Both directions between a consumer and its reader."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()
        self.outgoing: asyncio.Queue[Message] = asyncio.Queue(WAITING)
        self.cut = False

    async def send(self, message: Message) -> None:
        if not self.cut:
            await self.outgoing.put(message)

    def ended(self, task: "asyncio.Task[None]") -> None:
        """A consumer that failed says nothing more: let its reader come back."""
        with contextlib.suppress(asyncio.QueueFull):
            self.outgoing.put_nowait({"type": "websocket.close", "code": FAILED})

    async def leave(self, task: "asyncio.Task[None]") -> None:
        """Let the consumer leave its groups, also where it waits for the reader just now."""
        self.cut = True
        while not self.outgoing.empty():
            self.outgoing.get_nowait()
        self.incoming.put_nowait({"type": "websocket.disconnect", "code": GONE})
        await task
