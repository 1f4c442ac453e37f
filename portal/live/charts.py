"""`/ws/chart/<place>/<custodian>/<person>/<part>/`: a clinician's open page of a part of a record hears when it closes.

    server   {"type": "heartbeat"}        every 20 s
    server   {"type": "access.ended"}     the part may not be read any more; then the socket closes
    closed   4403 no access (any more); 4401 not or no longer logged in: do not come back after either

Whatever is entered about the person makes the server ask again; so does each heartbeat, because time ends contracts
without an entry. Asking opens nothing. A page that shows what it opened before takes it away (chart.js).
"""

from typing import Any

from portal.live import viewing
from portal.live.groups import subject_group
from portal.live.reading import in_thread
from portal.live.sockets import NO_ACCESS, SessionSocket


class OpenChart(SessionSocket):
    """What a client says is not listened to."""

    async def welcome(self) -> None:
        viewed = await in_thread(viewing.viewed, self.user, **self.scope["url_route"]["kwargs"])
        if viewed is None:
            await self.close(NO_ACCESS)
            return
        self.viewed = viewed
        await self.join(subject_group(viewed.subject))
        self.start_heart()
        await self._ask()  # only now: what ended while we joined was told to nobody

    async def live_wake(self, event: dict[str, Any]) -> None:
        await self._ask()

    async def live_beat(self, event: dict[str, Any]) -> None:
        if await self._ask():
            await self.say(type="heartbeat")

    async def _ask(self) -> bool:
        """Whether the part may still be read; where not, that is said and the socket closed."""
        if not await self.still_logged_in():
            return False
        if await in_thread(viewing.still_open, self.viewed):
            return True
        await self.say(type="access.ended")
        await self.close(NO_ACCESS)
        return False
