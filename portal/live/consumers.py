"""`/ws/notifications/`, and `/live/events/` where no socket opens: something new stands in the person's history.

    client   {"last": {"st-mary": 41}}                        what it has; first of all, and again to resync
    server   {"type": "from", "last": {"st-mary": 41, "riverside": 7}}    from where it tells
    server   {"tenant": "st-mary", "seq": 42, "type": "access.permitted"}    in order, each once
    server   {"type": "heartbeat"}                            every 20 s
    closed   4401 not or no longer logged in: do not come back; 4400 not understood

An organisation that `last` does not name starts at its newest entry. Nothing is sent before the first `last`.
A wake-up says only that the page is out of date; the page fetches what it shows as any other request does.
"""

import json
from typing import Any

from portal.live import streams
from portal.live.groups import subject_group
from portal.live.reading import in_thread
from portal.live.sockets import LONGEST_MESSAGE, NOT_UNDERSTOOD, SessionSocket

LARGEST_SEQ = 2**53 - 1


class Notifications(SessionSocket):
    """`seen`: per subject, what the page has; None until it has said so."""

    async def welcome(self) -> None:
        self.seen: dict[str, int] | None = None
        found = await in_thread(streams.streams_of, self.user)
        self.streams = {stream.subject: stream for stream in found}
        await self.join(*map(subject_group, self.streams))
        self.start_heart()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        last = _parse_last(text_data)
        if last is None:
            await self.close(NOT_UNDERSTOOD)
            return
        if not await self.still_logged_in():
            return
        begin = {
            stream.slug: await in_thread(streams.head, stream) if known is None else known
            for stream in self.streams.values()
            for known in [last.get(stream.slug)]
        }
        self.seen = {stream.subject: begin[stream.slug] for stream in self.streams.values()}
        await self.say(type="from", last=begin)
        for stream in self.streams.values():
            await self._catch_up(stream)

    async def live_wake(self, event: dict[str, Any]) -> None:
        """There is news. What it is, is read from the ledger: so it does no harm that a full queue drops wake-ups."""
        stream = self.streams.get(event["subject"])
        if stream is None or self.seen is None or event["seq"] <= self.seen[stream.subject]:
            return
        if await self.still_logged_in():
            await self._catch_up(stream)

    async def live_beat(self, event: dict[str, Any]) -> None:
        if await self.still_logged_in():
            await self.say(type="heartbeat")
            for stream in self.streams.values() if self.seen is not None else ():
                await self._catch_up(stream)

    async def _catch_up(self, stream: streams.Stream) -> None:
        assert self.seen is not None  # noqa: S101 - callers have looked
        while wakes := await in_thread(streams.after, stream, self.seen[stream.subject]):
            for wake in wakes:
                self.seen[stream.subject] = wake.seq
                await self.say(tenant=stream.slug, seq=wake.seq, type=wake.type)


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
