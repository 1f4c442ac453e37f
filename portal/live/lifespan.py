"""Starts the pump with the web process and stops it with it (ASGI lifespan)."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from portal.live.pump import Pump

Message = MutableMapping[str, Any]


class Lifespan:
    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        await receive()  # lifespan.startup
        pump = asyncio.create_task(Pump().run(), name="live pump")
        await send({"type": "lifespan.startup.complete"})
        await receive()  # lifespan.shutdown
        pump.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pump
        await send({"type": "lifespan.shutdown.complete"})
