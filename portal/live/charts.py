"""`/ws/chart/<place>/<custodian>/<person>/<part>/`: a clinician's open page of a part of a record hears when it closes.

    server   {"type": "heartbeat"}        every 20 s
    server   {"type": "access.ended"}     the part may not be read any more; then the socket closes
    closed   4403 no access (any more); 4401 not or no longer logged in: do not come back after either

Whatever is entered about the person makes the server ask again; so does each heartbeat, because time ends contracts
without an entry. Asking opens nothing. A page that shows what it opened before takes it away (chart.js).
"""

import asyncio
import contextlib
import json
from typing import Any
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer

from portal.live import viewing
from portal.live.groups import session_group, subject_group
from portal.live.reading import in_thread
from portal.live.sessions import session_name, still_logged_in

HEARTBEAT_SECONDS = 20.0
LOGGED_OUT, NO_ACCESS = 4401, 4403


class OpenChart(AsyncWebsocketConsumer):
    """Messages of one socket are handled one after the other. What a client says is not listened to."""

    async def connect(self) -> None:
        self.groups_joined: list[str] = []
        self.heart: asyncio.Task[None] | None = None
        user = self.scope["user"]
        await self.accept()  # a refused handshake would not tell the page why
        if user is None or not user.is_authenticated:
            await self.close(LOGGED_OUT)
            return
        self.user: UUID = user.pk
        self.session_key: str = self.scope["session"].session_key or ""
        viewed = await in_thread(viewing.viewed, self.user, **self.scope["url_route"]["kwargs"])
        if viewed is None:
            await self.close(NO_ACCESS)
            return
        self.viewed = viewed
        await self._join(session_group(session_name(self.session_key)), subject_group(viewed.subject))
        self.heart = asyncio.create_task(self._beat())
        await self._ask()  # only now: what ended while we joined was told to nobody

    async def disconnect(self, code: int) -> None:
        if self.heart:
            self.heart.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.heart
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def live_wake(self, event: dict[str, Any]) -> None:
        await self._ask()

    async def live_beat(self, event: dict[str, Any]) -> None:
        if await self._ask():
            await self.send(json.dumps({"type": "heartbeat"}))

    async def live_logout(self, event: dict[str, Any]) -> None:
        await self.close(LOGGED_OUT)

    async def _ask(self) -> bool:
        """Whether the part may still be read; where not, that is said and the socket closed."""
        if not await in_thread(still_logged_in, self.session_key, self.user):
            await self.close(LOGGED_OUT)
            return False
        if await in_thread(viewing.still_open, self.viewed):
            return True
        await self.send(json.dumps({"type": "access.ended"}))
        await self.close(NO_ACCESS)
        return False

    async def _join(self, *groups: str) -> None:
        for group in groups:
            await self.channel_layer.group_add(group, self.channel_name)
            self.groups_joined.append(group)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await self.channel_layer.send(self.channel_name, {"type": "live.beat"})
