"""The process group: what ends is started again, one signal stops everything, nothing outlives its parent."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.node.account import command_line
from portal.node.group import Part, node_parts
from portal.node.postgres import BASE_DIR

CHILD = """
import os, pathlib, signal, sys, time
from portal.node.lifeline import end_with_parent
end_with_parent()
folder, name, deaf = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:] == ["deaf"]
def end(number, frame):
    with open(folder / "ended", "a") as ended:
        ended.write(name + "\\n")
    if not deaf:
        sys.exit(0)
signal.signal(signal.SIGTERM, end)
(folder / f"{name}.{time.monotonic_ns()}").write_text(str(os.getpid()))
while True:
    time.sleep(0.05)
"""
PARENT = """
import sys
from portal.node import group
folder, child = sys.argv[1:3]
group.STOP_SECONDS = 1
parts = [group.Part(name, ["-c", child, folder, name, *words]) for name, *words in PARTS]
group.Group(parts, lambda sentence: print(sentence, flush=True)).run()
print("stopped", flush=True)
"""


@dataclass
class Running:
    """A group in a process of its own."""

    process: "subprocess.Popen[str]"
    folder: Path

    def pids(self, name: str) -> list[int]:
        """Process ids of the part, in the order in which they started."""
        files = sorted(self.folder.glob(f"{name}.*"))
        return [int(text) for file in files if (text := file.read_text())]

    def ended(self) -> list[str]:
        """Names in the order in which SIGTERM reached them."""
        return (self.folder / "ended").read_text().split()


def within(seconds: float, holds: Callable[[], object]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def begin(*parts: list[str]) -> Running:
        # Where nohup runs the tests, their children would ignore one of the signals.
        heeding = "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)"
        script = f"{heeding}\nPARTS = {list(parts)!r}\n{textwrap.dedent(PARENT)}"
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), CHILD],
            cwd=BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        running = Running(process, tmp_path)
        started.append(running)
        assert within(20, lambda: all(running.pids(name) for name, *_ in parts))
        return running

    yield begin
    for running in started:
        running.process.kill()
        running.process.wait()
        if running.process.stdout:
            running.process.stdout.close()


def gone(pid: int) -> bool:
    return command_line(pid) == ""


def test_a_killed_part_is_started_again_and_it_is_said(start: Callable[..., Running]) -> None:
    running = start(["web"], ["sequencer"])
    first = running.pids("sequencer")[0]
    os.kill(first, signal.SIGKILL)
    assert within(10, lambda: len(running.pids("sequencer")) == 2)
    assert len(running.pids("web")) == 1, "the others go on"
    running.process.send_signal(signal.SIGTERM)
    said = running.process.communicate(timeout=10)[0]
    assert "sequencer ended (signal SIGKILL); starting it again in 0.5 s" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_stops_every_part_in_order(start: Callable[..., Running], number: signal.Signals) -> None:
    running = start(["web"], ["jobs"], ["sequencer"])
    pids = [running.pids(name)[0] for name in ("web", "jobs", "sequencer")]
    running.process.send_signal(number)
    said = running.process.communicate(timeout=10)[0]
    assert running.process.returncode == 0
    assert said.endswith("stopped\n")
    assert running.ended() == ["web", "jobs", "sequencer"]
    assert all(gone(pid) for pid in pids)


def test_a_part_that_does_not_heed_the_signal_is_killed(start: Callable[..., Running]) -> None:
    running = start(["web", "deaf"], ["sequencer"])
    deaf = running.pids("web")[0]
    running.process.send_signal(signal.SIGTERM)
    running.process.communicate(timeout=10)
    assert running.process.returncode == 0
    assert gone(deaf)
    assert running.ended() == ["web", "sequencer"]


def test_the_same_signal_twice_at_once_is_one_wish(start: Callable[..., Running]) -> None:
    running = start(["web"], ["sequencer"])
    os.killpg(running.process.pid, signal.SIGTERM)
    running.process.send_signal(signal.SIGTERM)
    running.process.communicate(timeout=10)
    assert running.process.returncode == 0
    assert running.ended() == ["web", "sequencer"]


def test_nothing_outlives_a_killed_parent(start: Callable[..., Running]) -> None:
    running = start(["web"], ["jobs"], ["sequencer"])
    pids = [running.pids(name)[0] for name in ("web", "jobs", "sequencer")]
    running.process.kill()
    running.process.wait()
    assert within(5, lambda: all(gone(pid) for pid in pids))


def test_a_part_that_keeps_ending_waits_longer_each_time() -> None:
    part = Part("web", [])
    assert [part.postpone(now=0.0) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert part.postpone(now=1000.0) == 0.5, "a long steady run is forgiven"


def test_a_node_stops_taking_requests_before_it_stops_sequencing() -> None:
    assert [part.name for part in node_parts()] == ["web", "jobs", "sequencer"]
