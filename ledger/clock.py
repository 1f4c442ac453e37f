"""The time that entries are dated with: UTC, never before the entry ahead, and refused when it jumps."""

import time
from datetime import UTC, datetime, timedelta

from ledger.errors import ClockJumped

TOLERANCE = timedelta(seconds=60)

# A clock that goes on while a laptop sleeps, where the system has one; macOS's CLOCK_MONOTONIC does.
_STEADY: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock:
    """One for each process. A jump is not forgotten: it takes a restart, and so a person's look, to go on."""

    def __init__(self) -> None:
        self._wall, self._steady = _now(), _steady()

    def read(self, previous: datetime | None) -> datetime:
        """max(now, previous). Raises ClockJumped beyond TOLERANCE, either way."""
        wall, steady = _now(), _steady()
        if abs((wall - self._wall) - (steady - self._steady)) > TOLERANCE:
            raise ClockJumped("The machine's clock jumped by more than 60 s. Set it right, then restart.")
        if previous and previous - wall > TOLERANCE:
            raise ClockJumped("The clock is more than 60 s behind the log's last entry. Set it right.")
        self._wall, self._steady = wall, steady
        return max(wall, previous) if previous else wall


def _now() -> datetime:
    return datetime.now(UTC)


def _steady() -> timedelta:
    return timedelta(seconds=time.clock_gettime(_STEADY))
