"""Many processes that write at once for a fixed time, each with a connection of its own."""

import multiprocessing
import time
from collections.abc import Callable
from typing import Any

# The fork happens before any connection or thread exists in the parent.
_processes = multiprocessing.get_context("fork")


def rate(prepare: Callable[[], Callable[[], object]], *, writers: int, seconds: float) -> tuple[float, int]:
    """Calls per second, and calls in all, of what `prepare` returns, run by `writers` processes for `seconds`.

    All of them begin together, after each has prepared and made one call that the rate does not count.
    """
    ready = _processes.Barrier(writers + 1)
    counts: Any = _processes.SimpleQueue()
    children = [
        _processes.Process(target=_write, args=(prepare, ready, counts, seconds), daemon=True)
        for _ in range(writers)
    ]
    for child in children:
        child.start()
    ready.wait(60)
    total = sum(counts.get() for _ in children)
    for child in children:
        child.join(30)
    return total / seconds, total


def _write(prepare: Callable[[], Callable[[], object]], ready: Any, counts: Any, seconds: float) -> None:
    write = prepare()
    write()
    ready.wait(60)
    done, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        write()
        done += 1
    counts.put(done)
