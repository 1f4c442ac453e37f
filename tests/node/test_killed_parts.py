"""A whole node under load, whose parts are killed at random moments: what was acknowledged stands, once, in its order.

`make torture` kills for three minutes instead of some seconds.
"""

import base64
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest

from portal.demo.people import PATIENT
from portal.node.account import command_line
from portal.node.postgres import BASE_DIR, Cluster
from tests.serving import free_port

SECONDS = float(os.environ.get("ASSENT_KILL_SECONDS", "12"))
READERS = 4
SLOWEST_START = 180
PARTS = {"web": "portal.node.web", "sequencer": "child sequencer", "database": "postgres -D"}
PLACES = "SELECT submission_id, count(*) FROM ledger_entry GROUP BY 1"
SIGNED = """
SELECT c.size, c.root = ledger_root(c.tenant_id, c.size) FROM ledger_checkpoint c JOIN ledger_log l USING (tenant_id)
WHERE l.name = 'st-mary' ORDER BY random() LIMIT 20
"""


@dataclass
class Demo:
    """`manage.py demo` in a folder of its own, as anybody runs it."""

    var: Path
    port: int
    process: "subprocess.Popen[bytes]"
    environment: dict[str, str]
    killed: Counter[str] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def manage(self, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "manage.py", *command], cwd=BASE_DIR, env=self.environment,
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip

    def ready(self) -> None:
        end = time.monotonic() + SLOWEST_START
        while time.monotonic() < end:
            assert self.process.poll() is None, (self.var / "demo.log").read_text()[-3000:]
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        raise AssertionError("the demo is not ready")

    def kill(self, part: str) -> None:
        """SIGKILL, if the part is up just now."""
        for pid in self._processes(PARTS[part]):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            self.killed[part] += 1
            return

    def _processes(self, words: str) -> list[int]:
        """Those of this demo, by their command line and environment; of the database its first process alone."""
        pids = sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        return [pid for pid in pids if words in command_line(pid) and self._is_ours(pid)]

    def _is_ours(self, pid: int) -> bool:
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            environment = b""
        return str(self.var).encode() in environment or str(Cluster(self.var).location.data) in command_line(
            pid
        )


@dataclass
class Load:
    """Readers of a record, who keep the ids of the entries that were promised; and a watcher of checkpoints."""

    demo: Demo
    token: str
    patient: str
    ended: threading.Event = field(default_factory=threading.Event)
    promised: list[str] = field(default_factory=list)
    seen: dict[int, set[bytes]] = field(default_factory=dict)

    def read(self) -> None:
        with httpx.Client(headers={"Authorization": f"Bearer {self.token}"}, timeout=10) as client:
            while not self.ended.is_set():
                try:
                    answer = client.get(
                        f"{self.demo.url}/fhir/st-mary/AllergyIntolerance?patient={self.patient}"
                    )
                except httpx.HTTPError:
                    time.sleep(0.05)
                    continue
                if answer.status_code == 200:
                    self.promised.append(answer.headers["Ledger-Entry"])
                else:
                    time.sleep(0.05)

    def watch(self) -> None:
        while not self.ended.wait(0.1):
            try:
                note = httpx.get(f"{self.demo.url}/log/st-mary/checkpoint", timeout=5)
            except httpx.HTTPError:
                continue
            if note.status_code == 200:
                _, size, root, *_ = note.text.split("\n")
                self.seen.setdefault(int(size), set()).add(base64.b64decode(root))


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    outside = {
        name: value for name, value in os.environ.items() if not name.startswith(("ASSENT_", "DJANGO_"))
    }
    port, var = free_port(), tmp_path / "var"
    var.mkdir()
    environment = {**outside, "ASSENT_VAR": str(var), "PORT": str(port)}
    environment.pop("DATABASE_URL", None)
    with (var / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"], cwd=BASE_DIR, env=environment,
            stdin=subprocess.PIPE, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield Demo(var, port, process, environment)
        finally:
            process.terminate()
            process.wait(60)
            assert process.stdin
            process.stdin.close()


def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_killed(demo: Demo) -> None:
    demo.ready()
    token = demo.manage("create_token", PATIENT.email, "--scopes", "*").stdout.strip()
    load = Load(demo, token, patient_id(demo, token))
    threads = [threading.Thread(target=load.read) for _ in range(READERS)] + [
        threading.Thread(target=load.watch)
    ]
    for thread in threads:
        thread.start()
    chance, end = random.Random(20261123), time.monotonic() + SECONDS  # noqa: S311 - no secret
    parts = list(PARTS)
    try:
        while time.monotonic() < end or not all(demo.killed[part] for part in parts):
            assert time.monotonic() < end + SLOWEST_START, (
                f"not every part came up to be killed: {demo.killed}"
            )
            time.sleep(chance.uniform(0.3, 2.5))
            demo.kill(min(parts, key=lambda part: (demo.killed[part], chance.random())))
        demo.ready()
        before = len(load.promised)
        while len(load.promised) < before + 5:  # it serves again
            assert time.monotonic() < end + 2 * SLOWEST_START, "the node does not serve any more"
            time.sleep(0.1)
    finally:
        load.ended.set()
        for thread in threads:
            thread.join()
    demo.ready()
    holds(demo, load)


def holds(demo: Demo, load: Load) -> None:
    end = time.monotonic() + 60
    with (
        Cluster(demo.var) as cluster,
        psycopg.connect(cluster.dsn("postgres", "assent"), autocommit=True) as database,
    ):
        while database.execute("SELECT EXISTS (SELECT FROM ledger_submission)").fetchone() != (False,):
            assert time.monotonic() < end, "submissions are left"
            time.sleep(0.1)
        places = {str(submission): count for submission, count in database.execute(PLACES)}
        roots = database.execute(SIGNED).fetchall()
    assert len(load.promised) > 20, demo.killed
    assert [each for each in load.promised if places.get(each) != 1] == []
    assert set(places.values()) == {1}
    assert [size for size, roots in load.seen.items() if len(roots) != 1] == []
    assert roots and all(same for _, same in roots)
    verified = demo.manage("verify_ledger")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def patient_id(demo: Demo, token: str) -> str:
    """The id under which the hospital keeps the patient of the token."""
    answer = httpx.get(f"{demo.url}/api/v1/me/", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    places = {place["tenant"]: place["patient"] for place in answer.json()["person"]["registrations"]}
    return str(places["st-mary"])
