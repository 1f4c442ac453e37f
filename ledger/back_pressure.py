"""Back-pressure: a log that nobody sequences takes no more after a while.

What waits is committed, but it is in no chain yet, and no checkpoint covers it: whoever has the database could take it
out. So the while is bounded. The database is asked in the statement that inserts an entry, at most once a second in
each process, for the first in the queue is found among those that were just taken out of it.
"""

import time
from datetime import timedelta
from uuid import UUID

from django.conf import settings

SECONDS = 1.0

ENDS_IT = "alarm.cleared"
"""The type of the entry that lets a log go on which stood still for an alarm: taken however long others wait."""

_asked: dict[UUID, float] = {}


def longest_wait(tenant: UUID, type: str) -> timedelta | None:  # noqa: A002 - the field's own name
    """How long what waits in a log may have waited for an entry to be taken now; None if it is not asked this time."""
    now = time.monotonic()
    if type == ENDS_IT or not settings.ASSENT_LONGEST_WAIT or now - _asked.get(tenant, -SECONDS) < SECONDS:
        return None
    _asked[tenant] = now
    return timedelta(seconds=settings.ASSENT_LONGEST_WAIT)


def ask_again(tenant: UUID) -> None:
    """An entry was refused: the next one asks, too, so that none slips through."""
    _asked.pop(tenant, None)
