"""Runs the parts of a node as child processes: starts them again when they end, stops them in order.

Every child has a pipe as its standard input and ends when it closes (portal.node.lifeline), so that nothing
outlives this process however it ends. Children have a session of their own: a Ctrl-C at the terminal reaches only us,
and we decide the order; and Linux shares the processors evenly among sessions (autogroup), so that a busy web process
does not keep the sequencer waiting.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from portal.node.postgres import BASE_DIR

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_SECONDS = 0.1
STOP_SECONDS = 8
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
ONE_WISH_SECONDS = 2
STEADY_SECONDS = 60  # a part that ran this long starts again after the first pause


@dataclass
class Part:
    """One child: what it runs, and when it is due to start (again)."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE

    def start(self, now: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *self.command], cwd=BASE_DIR, stdin=subprocess.PIPE, start_new_session=True
        )
        self.started = now

    def ended(self) -> int | None:
        """The exit status of a child that has just ended; negative: the signal."""
        status = self.process.poll() if self.process else None
        if status is not None:
            self.close()
        return status

    def stop(self, seconds: float) -> None:
        """Ask it to end, then end it."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.close()

    def close(self) -> None:
        if self.process and self.process.stdin:
            self.process.stdin.close()
        self.process = None

    def postpone(self, now: float) -> float:
        """Set when to start again: soon after a steady run, later each time otherwise."""
        if now - self.started > STEADY_SECONDS:
            self.pause = FIRST_PAUSE
        pause, self.pause = self.pause, min(self.pause * 2, LONGEST_PAUSE)
        self.due = now + pause
        return pause


def node_parts() -> list[Part]:
    """The parts of a node, in the order in which they stop: no new requests, no new jobs, then the last entries."""
    return [
        Part("web", ["-m", "portal.node.web"]),
        Part("jobs", ["-m", "portal.node.child", "jobs"]),
        Part("sequencer", ["-m", "portal.node.child", "sequencer"]),
    ]


@dataclass
class Group:
    """`run` returns when one of SIGNALS came and every part has ended. `each_look` is called ten times a second."""

    parts: list[Part]
    say: Callable[[str], object]
    each_look: Callable[[], object] = lambda: None
    stopping: bool = field(default=False, init=False)
    asked: float = field(default=0.0, init=False)

    def run(self) -> None:
        before = {number: signal.signal(number, self._stop) for number in _heeded()}
        try:
            while not self.stopping:
                self._look(time.monotonic())
                self.each_look()
                time.sleep(LOOK_SECONDS)
        finally:
            self.stopping = True
            for part in self.parts:
                part.stop(STOP_SECONDS)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _look(self, now: float) -> None:
        for part in self.parts:
            status = part.ended()
            if status is not None:
                pause = part.postpone(now)
                self.say(f"{part.name} ended ({_reason(status)}); starting it again in {pause:g} s")
            elif part.process is None and now >= part.due:
                part.start(now)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """The first signal stops in order; another one, later, does not wait.

        `make` passes on a signal that its whole process group got, so one wish may come twice at once.
        """
        now = time.monotonic()
        if self.stopping and now - self.asked > ONE_WISH_SECONDS:
            for part in self.parts:
                if part.process:
                    part.process.kill()
        if not self.stopping:
            self.stopping, self.asked = True, now


def _heeded() -> list[signal.Signals]:
    """Under nohup a closed terminal means nothing. (An ignored SIGINT, as in a script's background job, does.)"""
    nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [number for number in SIGNALS if not (nohup and number is signal.SIGHUP)]


def _reason(status: int) -> str:
    return f"exit {status}" if status >= 0 else f"signal {signal.Signals(-status).name}"
