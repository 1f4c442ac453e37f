"""One task per web process that hears of new entries and wakes the sockets of those whom they are about.

The sequencer notifies after its commit; the task reads what is new and sends to groups from the loop that the
sockets live on (a send from another thread would wait until that loop happens to wake). Nothing depends on a
notification: after each reconnect, and every few seconds, it reads on from the last index that it saw.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import psycopg
from channels.layers import get_channel_layer
from django.conf import settings

from portal.live import sessions, streams
from portal.live.groups import session_group, subject_group
from portal.live.reading import in_thread
from portal.subscriptions import services as subscriptions

CHANNEL = "assent_ledger"
APPLICATION = "assent-live"
IDLE_SECONDS = 5.0
SHORTEST_WAIT, LONGEST_WAIT = 0.1, 5.0
NOT_PSYCOPG = {"pool", "isolation_level", "server_side_binding", "assume_role"}

log = logging.getLogger(__name__)


class Pump:
    """Positions are kept across reconnects, so that nothing is lost or sent twice."""

    def __init__(self) -> None:
        self.positions: dict[UUID, int] | None = None
        self._wait = SHORTEST_WAIT

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._listen()
            except (OSError, psycopg.Error) as error:
                log.warning("The live listener lost the database (%s) and reconnects.", type(error).__name__)
            except Exception:
                log.exception("The live listener failed and starts again.")
            await asyncio.sleep(self._wait * (0.5 + random.random()))  # noqa: S311 - jitter
            self._wait = min(self._wait * 2, LONGEST_WAIT)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(
            **listening_parameters(), autocommit=True
        ) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            await connection.execute(f"LISTEN {sessions.CHANNEL}")
            # Only now: an entry that comes after this reading is notified.
            await self._read_all()
            self._wait = SHORTEST_WAIT
            async for channel, payload in _notifications(connection):
                if channel == CHANNEL:
                    await self._read(UUID(payload))
                elif channel == sessions.CHANNEL:
                    await _send(session_group(payload), {"type": "live.logout"})
                else:
                    await self._read_all()

    async def _read_all(self) -> None:
        heads = await in_thread(streams.heads_of_logs)
        if self.positions is None:
            self.positions = heads
        for tenant in heads:
            await self._read(tenant)

    async def _read(self, tenant: UUID) -> None:
        """Send what is new in one log. A log that appears after the start is read from its beginning."""
        positions = self.positions if self.positions is not None else {}
        while True:
            before = positions.get(tenant, -1)
            last, wakes = await in_thread(streams.entries_after, tenant, before)
            newest = {wake.subject: wake.seq for wake in wakes}
            for subject, seq in newest.items():
                await _send(subject_group(subject), {"type": "live.wake", "subject": subject, "seq": seq})
            if newest:
                await in_thread(subscriptions.wake, tenant, newest.keys())
            if last == before:
                return
            positions[tenant] = last


def listening_parameters() -> dict[str, Any]:
    """A connection of its own: LISTEN does not survive a pool or a transaction pooler."""
    database = getattr(settings, "ASSENT_LISTEN_DATABASE", None) or settings.DATABASES["default"]
    options = {name: value for name, value in database.get("OPTIONS", {}).items() if name not in NOT_PSYCOPG}
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    given = {name: database[key] for name, key in named.items() if database.get(key)}
    return {**options, **given, "application_name": APPLICATION, "connect_timeout": 5}


async def _notifications(connection: psycopg.AsyncConnection[Any]) -> AsyncIterator[tuple[str, str]]:
    """Each notification as (channel, payload), and ("", "") whenever it has been quiet for a while."""
    while True:
        async for notification in connection.notifies(timeout=IDLE_SECONDS, stop_after=1):
            yield notification.channel, notification.payload
            break
        else:
            await connection.execute("SELECT 1")  # a connection that died in silence is found here
            yield "", ""


async def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await layer.group_send(group, message)
