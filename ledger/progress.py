"""How far a long operation is, in one line of a terminal; nothing where nobody watches."""

import time
from collections.abc import Callable
from typing import TextIO

WIDTH = 30


def bar(out: TextIO, name: str, *, unit: str = "entries") -> Callable[[int, int], None]:
    """A function that is called with the number done, and of all."""
    if not out.isatty():
        return lambda done, size: None
    started = time.monotonic()

    def show(done: int, size: int) -> None:
        filled = WIDTH * done // max(size, 1)
        rate = done / max(time.monotonic() - started, 0.001)
        end = "\r" if done < size else "\n"
        out.write(
            f"\r{name} [{'#' * filled}{'.' * (WIDTH - filled)}]"
            f" {done:,} of {size:,}, {rate:,.0f} {unit}/s{end}"
        )
        out.flush()

    return show
