"""Reading the database from the loop that the sockets live on."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from channels.db import database_sync_to_async

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call it in a thread of its own, not in the one that others share: a slow page must not hold up the news.

    The thread gives its connection back to the pool when the call is over.
    """
    return await database_sync_to_async(function, thread_sensitive=False)(*args, **kwargs)
