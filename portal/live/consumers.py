"""`/ws/notifications/`, and `/live/events/` where no socket opens: something new stands in the person's history.

    client   {"last": {"st-mary": 41}}                        what it has; first of all, and again to resync
    server   {"type": "from", "last": {"st-mary": 41, "riverside": 7}}    from where it tells
    server   {"tenant": "st-mary", "seq": 42, "type": "access.permitted"}    in order, each once
    server   {"type": "heartbeat"}                            every 20 s
    closed   4401 not or no longer logged in: do not come back; 4400 not understood

An organisation that `last` does not name starts at its newest entry. Nothing is sent before the first `last`.
A wake-up says only that the page is out of date; the page fetches what it shows as any other request does.
"""

import asyncio
import contextlib
import json
from typing import Any
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer

from portal.live import streams
from portal.live.groups import session_group, subject_group
from portal.live.reading import in_thread
from portal.live.sessions import session_name, still_logged_in

HEARTBEAT_SECONDS = 20.0
LOGGED_OUT, NOT_UNDERSTOOD = 4401, 4400
LONGEST_MESSAGE = 16 * 1024
LARGEST_SEQ = 2**53 - 1


class Notifications(AsyncWebsocketConsumer):
    """Messages of one socket are handled one after the other, so that its state needs no lock."""

    async def connect(self) -> None:
        self.streams: dict[str, streams.Stream] = {}
        self.seen: dict[str, int] | None = None
        self.groups_joined: list[str] = []
        self.heart: asyncio.Task[None] | None = None
        user = self.scope["user"]
        await self.accept()  # a refused handshake would not tell the page why
        if user is None or not user.is_authenticated:
            await self.close(LOGGED_OUT)
            return
        self.user: UUID = user.pk
        self.session_key: str = self.scope["session"].session_key or ""
        found = await in_thread(streams.streams_of, self.user)
        self.streams = {stream.subject: stream for stream in found}
        await self._join(session_group(session_name(self.session_key)), *map(subject_group, self.streams))
        self.heart = asyncio.create_task(self._beat())

    async def disconnect(self, code: int) -> None:
        if self.heart:
            self.heart.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.heart
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        last = _parse_last(text_data)
        if last is None:
            await self.close(NOT_UNDERSTOOD)
            return
        if not await self._still_allowed():
            return
        begin = {
            stream.slug: await in_thread(streams.head, stream) if known is None else known
            for stream in self.streams.values()
            for known in [last.get(stream.slug)]
        }
        self.seen = {stream.subject: begin[stream.slug] for stream in self.streams.values()}
        await self.send(json.dumps({"type": "from", "last": begin}))
        for stream in self.streams.values():
            await self._catch_up(stream)

    async def live_wake(self, event: dict[str, Any]) -> None:
        """There is news. What it is, is read from the ledger: so it does no harm that a full queue drops wake-ups."""
        stream = self.streams.get(event["subject"])
        if stream is None or self.seen is None or event["seq"] <= self.seen[stream.subject]:
            return
        if await self._still_allowed():
            await self._catch_up(stream)

    async def live_beat(self, event: dict[str, Any]) -> None:
        if await self._still_allowed():
            await self.send(json.dumps({"type": "heartbeat"}))
            for stream in self.streams.values() if self.seen is not None else ():
                await self._catch_up(stream)

    async def live_logout(self, event: dict[str, Any]) -> None:
        await self.close(LOGGED_OUT)

    async def _catch_up(self, stream: streams.Stream) -> None:
        assert self.seen is not None  # noqa: S101 - callers have looked
        while wakes := await in_thread(streams.after, stream, self.seen[stream.subject]):
            for wake in wakes:
                self.seen[stream.subject] = wake.seq
                await self.send(json.dumps({"tenant": stream.slug, "seq": wake.seq, "type": wake.type}))

    async def _still_allowed(self) -> bool:
        allowed = await in_thread(still_logged_in, self.session_key, self.user)
        if not allowed:
            await self.close(LOGGED_OUT)
        return allowed

    async def _join(self, *groups: str) -> None:
        for group in groups:
            await self.channel_layer.group_add(group, self.channel_name)
            self.groups_joined.append(group)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await self.channel_layer.send(self.channel_name, {"type": "live.beat"})


def _parse_last(text: str | None) -> dict[str, int] | None:
    """The positions that a client has, or None if that is not what it sent."""
    if text is None or len(text) > LONGEST_MESSAGE:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    last = message.get("last") if isinstance(message, dict) else None
    if not isinstance(last, dict):
        return None
    if any(type(seq) is not int or not -1 <= seq <= LARGEST_SEQ for seq in last.values()):
        return None
    return last
