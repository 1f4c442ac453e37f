"""Running a statement on the connection of the open scope."""

from collections.abc import Callable, Sequence
from time import monotonic, sleep
from typing import Any, TypeVar

from django.db import connection

Answer = TypeVar("Answer")

LOOK_SECONDS = 0.02


def query(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def wait_for(look: Callable[[], Answer], seconds: float, *, done: Callable[[Answer], bool]) -> Answer:
    """Look again until `done`, for at most so many seconds. READ COMMITTED shows each new commit."""
    end = monotonic() + seconds
    while not done(found := look()) and monotonic() < end:
        sleep(LOOK_SECONDS)
    return found
