"""`/ws/subscriptions/`: notifications of FHIR subscriptions (Subscriptions R5 Backport 1.1, "WebSockets").

    client   bind-with-token TOKEN          of $get-ws-binding-token; again for further subscriptions
    server   a notification Bundle          a handshake for each, then events as they come, heartbeats as asked for
    closed   4401 the token is not good; 4400 not understood; 4403 the last of its subscriptions has ended

No cookie counts here, only the token, so that programs need no Origin. What is told is decided at each notification.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from portal.live.groups import subject_group
from portal.live.reading import in_thread
from portal.live.sockets import LONGEST_MESSAGE, NOT_UNDERSTOOD, Socket
from portal.subscriptions import telling
from portal.subscriptions.errors import InvalidBinding
from portal.subscriptions.services import bound_by
from portal.subscriptions.telling import Place

BIND = "bind-with-token "
BAD_TOKEN, ENDED = 4401, 4403


@dataclass
class _Bound:
    tenant: UUID
    subject: str
    place: Place


class SubscriptionSocket(Socket):
    """Several sockets may be bound to one subscription."""

    async def connect(self) -> None:
        self.bound: dict[UUID, _Bound] = {}
        await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data is None or len(text_data) > LONGEST_MESSAGE or not text_data.startswith(BIND):
            await self.close(NOT_UNDERSTOOD)
            return
        try:
            tenant, subscriptions = bound_by(text_data.removeprefix(BIND).strip())
        except InvalidBinding:
            await self.close(BAD_TOKEN)
            return
        for each in subscriptions:
            await self._bind(tenant, each)
        await self._close_if_over()
        if self.bound:
            self.start_heart()

    async def live_wake(self, event: dict[str, Any]) -> None:
        for each in [key for key, one in self.bound.items() if one.subject == event["subject"]]:
            await self._tell(each)
        await self._close_if_over()

    async def live_beat(self, event: dict[str, Any]) -> None:
        for each in list(self.bound):
            await self._tell(each)
            if each in self.bound:
                await self._heartbeat(each)
        await self._close_if_over()

    async def _bind(self, tenant: UUID, subscription: UUID) -> None:
        found = await in_thread(telling.handshake, tenant=tenant, subscription=subscription)
        if found is None:
            return
        hello, place, subject = found
        self.bound[subscription] = _Bound(tenant, subject, place)
        await self.join(subject_group(subject))
        await self.send(hello.decode())
        await self._tell(subscription)  # only now: what came while we joined was told to nobody

    async def _tell(self, subscription: UUID) -> None:
        bound = self.bound[subscription]
        while True:
            message = await in_thread(
                telling.next_message, tenant=bound.tenant, subscription=subscription, place=bound.place
            )
            if message is None:
                break
            await self.send(message.body.decode())
            bound.place = message.after
            await in_thread(telling.taken, tenant=bound.tenant, subscription=subscription, at=bound.place)
        if await in_thread(telling.live, bound.tenant, subscription) is None:
            del self.bound[subscription]

    async def _heartbeat(self, subscription: UUID) -> None:
        bound = self.bound[subscription]
        beat = await in_thread(telling.heartbeat, tenant=bound.tenant, subscription=subscription)
        if beat is not None:
            await self.send(beat.body.decode())
            await in_thread(telling.taken, tenant=bound.tenant, subscription=subscription, at=bound.place)

    async def _close_if_over(self) -> None:
        if not self.bound:
            await self.close(ENDED)
