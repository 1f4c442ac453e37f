"""What sockets have in common: groups that are left in the end, a heart that beats, a session that is asked anew.

Messages of one socket are handled one after the other, so that its state needs no lock.
"""

import asyncio
import contextlib
import json
from typing import Any
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer

from portal.live.groups import session_group
from portal.live.reading import in_thread
from portal.live.sessions import session_name, still_logged_in

BEAT_SECONDS = 20.0
LONGEST_MESSAGE = 16 * 1024
NOT_UNDERSTOOD, LOGGED_OUT, NO_ACCESS = 4400, 4401, 4403


class Socket(AsyncWebsocketConsumer):
    """A socket with a heart, once `start_heart` was called: `live_beat` is called every 20 s."""

    heart: "asyncio.Task[None] | None" = None

    async def join(self, *groups: str) -> None:
        """Channels itself leaves them when the socket ends."""
        for group in set(groups).difference(self.groups):
            self.groups.append(group)
            await self.channel_layer.group_add(group, self.channel_name)

    def start_heart(self) -> None:
        if self.heart is None:
            self.heart = asyncio.create_task(self._beat())

    async def disconnect(self, code: int) -> None:
        if self.heart:
            self.heart.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.heart

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self.channel_layer.send(self.channel_name, {"type": "live.beat"})


class SessionSocket(Socket):
    """A socket of a page whose browser session is logged in; closed with LOGGED_OUT as soon as it is not."""

    async def connect(self) -> None:
        user: Any = self.scope["user"]
        self.user: UUID = user.pk  # also where it is nobody: a message may be on its way behind the handshake
        self.session_key: str = self.scope["session"].session_key or ""
        await self.accept()  # a refused handshake would not tell the page why
        if not user.is_authenticated:
            await self.close(LOGGED_OUT)
            return
        await self.join(session_group(session_name(self.session_key)))
        await self.welcome()

    async def welcome(self) -> None:
        """Find out what this page may hear of; it is logged in."""
        raise NotImplementedError

    async def live_logout(self, event: dict[str, Any]) -> None:
        await self.close(LOGGED_OUT)

    async def still_logged_in(self) -> bool:
        """Read anew; where it is not, the socket is closed."""
        allowed = await in_thread(still_logged_in, self.session_key, self.user)
        if not allowed:
            await self.close(LOGGED_OUT)
        return allowed

    async def say(self, **message: Any) -> None:
        await self.send(json.dumps(message))
