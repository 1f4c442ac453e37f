"""Many processes that write at once for a fixed time, each with a connection of its own."""

import multiprocessing
import time
from collections.abc import Callable
from typing import Any, NamedTuple

# The fork happens before any connection or thread exists in the parent.
_processes = multiprocessing.get_context("fork")


class Ran(NamedTuple):
    """Calls per second; calls in all, also the first one of each process; what the timed calls returned but None."""

    rate: float
    calls: int
    returned: list[Any]


def rate(prepare: Callable[[], Callable[[], object]], *, writers: int, seconds: float) -> Ran:
    """What `prepare` returns, called by `writers` processes for `seconds`.

    All of them begin together, after each has prepared and made one call that the rate does not count.
    """
    ready = _processes.Barrier(writers + 1)
    answers: Any = _processes.SimpleQueue()
    children = [
        _processes.Process(target=_call, args=(prepare, ready, answers, seconds), daemon=True)
        for _ in range(writers)
    ]
    for child in children:
        child.start()
    ready.wait(120)
    done, returned = 0, list[Any]()
    for _ in children:
        count, results = answers.get()
        done += count
        returned += results
    for child in children:
        child.join(30)
    return Ran(done / seconds, done + writers, returned)


def _call(prepare: Callable[[], Callable[[], object]], ready: Any, answers: Any, seconds: float) -> None:
    try:
        call = prepare()
        call()
    except BaseException:
        ready.abort()  # nobody waits for one who does not come
        raise
    ready.wait(120)
    returned, done, end = list[object](), 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        returned.append(call())
        done += 1
    answers.put((done, [each for each in returned if each is not None]))
