"""Many processes that write at once for a fixed time, each with a connection of its own."""

import multiprocessing
import time
from collections.abc import Callable
from typing import Any, NamedTuple

# The fork happens before any connection or thread exists in the parent.
_processes = multiprocessing.get_context("fork")


class Ran(NamedTuple):
    """Calls per second; calls in all, also the first one of each process; what the watcher returned, call by call."""

    rate: float
    calls: int
    watched: list[float]


def rate(
    prepare: Callable[[], Callable[[], object]],
    *,
    writers: int,
    seconds: float,
    watch: Callable[[], Callable[[], float]] | None = None,
) -> Ran:
    """What `prepare` returns, called by `writers` processes for `seconds`; beside them one does so with `watch`.

    All of them begin together, after each has prepared and made one call that the rate does not count.
    """
    made = [prepare] * writers + ([watch] if watch else [])
    ready = _processes.Barrier(len(made) + 1)
    answers: Any = _processes.SimpleQueue()
    children = [
        _processes.Process(target=_call, args=(each, ready, answers, seconds, each is watch), daemon=True)
        for each in made
    ]
    for child in children:
        child.start()
    ready.wait(120)
    counts, watched = [], list[float]()
    for _ in children:
        count, results = answers.get()
        counts.append(count)
        watched += results
    for child in children:
        child.join(30)
    done = sum(counts) - len(watched)
    return Ran(done / seconds, sum(counts) + len(children), watched)


def _call(
    prepare: Callable[[], Callable[[], Any]], ready: Any, answers: Any, seconds: float, keep: bool
) -> None:
    try:
        call = prepare()
        call()
    except BaseException:
        ready.abort()  # nobody waits for one who does not come
        raise
    ready.wait(120)
    results, done, end = list[float](), 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        result, done = call(), done + 1
        if keep:
            results.append(result)
    answers.put((done, results))
