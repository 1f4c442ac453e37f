"""The parent of the embedded server: starts it, and stops it when its last user is gone, however that one went.

    python -m portal.node.warden VAR SETTINGS

returns once the server takes connections. The warden itself lives on in a session of its own, so that neither a
Ctrl-C nor a killed terminal reaches it. It takes no lock to start: its caller holds `start.lock`.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from portal.node.account import run_as
from portal.node.datafolder import environment
from portal.node.errors import NodeError, ServerFailed
from portal.node.postgres import START_SECONDS, Cluster

LARGEST_LOG = 8 * 1024 * 1024
LOOK_SECONDS = 0.3
ATTEMPTS = 10  # the children of a killed server hold its shared memory until they notice


def start(cluster: Cluster) -> "subprocess.Popen[bytes]":
    """Start the server and wait until it is ready."""
    for attempt in range(ATTEMPTS):
        server = _launch(cluster)
        if _ready(cluster, server):
            return server
        reason = _last_words(cluster)
        if "shared memory block" not in reason or attempt == ATTEMPTS - 1:
            break
        time.sleep(0.5)
        cluster.clear_stale()
    raise ServerFailed(reason)


def watch(cluster: Cluster, server: "subprocess.Popen[bytes]") -> None:
    """Return when the server has ended; end it when nobody uses it."""
    while True:
        time.sleep(LOOK_SECONDS)
        if server.poll() is not None:
            return
        with contextlib.suppress(NodeError, OSError):
            cluster.stop_if_alone()


def main(var: str, settings: str) -> None:
    """Become two: the caller hears about the start, the warden stays."""
    cluster = Cluster(Path(var), json.loads(settings))
    hear, tell = os.pipe()
    if os.fork():
        os.close(tell)
        with os.fdopen(hear) as verdict:
            words = verdict.read()
        sys.exit(None if words == "ready" else words or "the warden was killed")
    os.close(hear)
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _leave_terminal()
    try:
        server = start(cluster)
    except (NodeError, OSError) as error:
        os.write(tell, str(error).encode())
        return
    os.write(tell, b"ready")
    os.close(tell)
    watch(cluster, server)


def _launch(cluster: Cluster) -> "subprocess.Popen[bytes]":
    log = cluster.location.root / "server.log"
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.old"))
    with log.open("ab") as output:
        log.chmod(0o600)
        return subprocess.Popen(
            cluster.command(),
            cwd="/",
            env=environment(cluster.location),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **run_as(cluster.location.account),
        )


def _ready(cluster: Cluster, server: "subprocess.Popen[bytes]") -> bool:
    """Wait for the line `ready` that the server itself writes into its pid file."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError, IndexError):
            lines = (cluster.location.data / "postmaster.pid").read_text().split("\n")
            if lines[0] == str(server.pid) and lines[7].strip() == "ready":
                return True
        time.sleep(0.01)
    if server.poll() is None:
        server.send_signal(signal.SIGQUIT)
        server.wait()
    return False


def _last_words(cluster: Cluster) -> str:
    lines = (cluster.location.root / "server.log").read_text(errors="replace").splitlines()
    return "\n".join(lines[-5:])


def _leave_terminal() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)


if __name__ == "__main__":
    main(*sys.argv[1:])
