"""`manage.py sequencer`: gives entries their place in the log and signs checkpoints, until it is told to end.

It ends cleanly after the current batch at SIGTERM or Ctrl-C, and when the pipe that is its standard input
closes: so it never outlives a parent that was killed.
"""

import os
import select
import signal
import stat
import sys
import time
from types import FrameType

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ledger import sequencing
from ledger.errors import NotDurable


class Command(BaseCommand):
    help = "Sequence submitted ledger entries and sign checkpoints. Any number may run."
    requires_system_checks = []

    def handle(self, **options: object) -> None:
        try:
            sequencing.run(Ending(), durable=not getattr(settings, "ASSENT_NOT_DURABLE", False))
        except NotDurable as error:
            raise CommandError(str(error)) from error


class Ending:
    """Waits, and says when it is time to end."""

    def __init__(self) -> None:
        self.asked = False
        # Only a pipe tells of its other end; a terminal or /dev/null says nothing about a parent.
        self._watched = [sys.stdin] if _is_pipe() else []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def __call__(self, seconds: float) -> bool:
        if self.asked:
            return True
        if self._watched:
            readable, _, _ = select.select(self._watched, [], [], seconds)
            self.asked |= bool(readable) and not os.read(sys.stdin.fileno(), 4096)
        else:
            time.sleep(seconds)
        return self.asked

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def _is_pipe() -> bool:
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (AttributeError, OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
