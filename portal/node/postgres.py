"""The embedded PostgreSQL: a real server under `var/`, shared by every process of this installation.

Users hold a shared flock on `users.lock`; whoever gets it exclusively stops the server. The kernel drops the lock
of a killed user, and the warden, the server's parent, then finds that it is alone. Starting and stopping happen
under `start.lock`. Liveness is a connect, never a process id: ids are reused, and zombies have one.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Self

from portal.node.account import command_line
from portal.node.binaries import binaries
from portal.node.datafolder import prepare
from portal.node.errors import NodeError, ServerFailed, UnusableFolder
from portal.node.location import PORT, Location, embedded_location

__all__ = ["Cluster", "embedded_location", "hold_database"]

BASE_DIR = Path(__file__).resolve().parent.parent.parent
START_SECONDS, STOP_SECONDS = 120, 30
NOBODY = str(2**31 - 2)  # more than any kernel's largest process id
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Details and statements hold values; values may be a patient's.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


class Cluster:
    """One embedded server. `acquire` and `release` count this process among its users."""

    def __init__(self, var: Path, settings: Mapping[str, str] | None = None) -> None:
        self.var = var.resolve()
        self.settings = {**SETTINGS, **(settings or {})}
        self._users: IO[str] | None = None

    @property
    def location(self) -> Location:
        return embedded_location(self.var)

    def acquire(self) -> Self:
        """Be a user of the server; make and start it if need be."""
        self._make_root()
        with self._lock("start.lock", fcntl.LOCK_EX):
            self._users = self._open("users.lock")
            try:
                fcntl.flock(self._users, fcntl.LOCK_SH)
                prepare(self.location, self.var)
                if not self.alive():
                    self._start()
            except BaseException:
                self._users.close()
                self._users = None
                raise
        return self

    def release(self) -> bool:
        """No longer be a user; whether that stopped the server, because nobody else is one."""
        if self._users is None:
            return False
        users, self._users = self._users, None
        with users, self._lock("start.lock", fcntl.LOCK_EX):
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            self.stop()
            return True

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(self, *error: object) -> None:
        self.release()

    def stop_if_alone(self) -> bool:
        """For the warden: stop the server if it has no user and none is coming."""
        with contextlib.suppress(BlockingIOError):
            flags = fcntl.LOCK_EX | fcntl.LOCK_NB
            with self._lock("users.lock", flags), self._lock("start.lock", flags):
                self.stop()
                return True
        return False

    def revive(self) -> bool:
        """Start the server again if it died under its users; whether that was needed."""
        if self.alive():
            return False
        with self._lock("start.lock", fcntl.LOCK_EX):
            if self.alive():
                return False
            self._start()
        return True

    def alive(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            try:
                client.connect(str(self.location.socket_file))
            except OSError:
                return False
        return True

    def stop(self) -> None:
        """Fast shutdown: sessions end, everything committed is on disk. The caller holds `start.lock`."""
        pid = self._postmaster()
        if pid is None:
            return
        # A fast shutdown first; a server that does not heed it recovers from its log at the next start.
        for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if self._postmaster() != pid:
                    return
                time.sleep(0.01)
        raise ServerFailed(f"The embedded PostgreSQL (process {pid}) does not stop.")

    def dsn(self, user: str, database: str) -> str:
        return f"host='{self.location.socket}' port={PORT} user={user} dbname='{database}'"

    def command(self) -> list[str]:
        """The server's command line; no shell sees it, so paths may hold anything."""
        location = self.location
        folder = str(location.socket).replace('"', '""')
        settings = {**self.settings, "unix_socket_directories": f'"{folder}"'}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(binaries(location) / "postgres"), "-D", str(location.data), "-p", str(PORT), *options]

    def clear_stale(self) -> None:
        """Free what a killed server left from a process id that another process may have by now.

        The pid file itself stays: by the shared memory it names, PostgreSQL waits for orphaned sessions.
        """
        if self._postmaster() is None:
            location = self.location
            (location.socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
            file = location.data / "postmaster.pid"
            if file.exists():
                file.write_text("\n".join([NOBODY, *file.read_text().split("\n")[1:]]))

    def _make_root(self) -> None:
        root = self.var / "postgres"
        try:
            if not root.exists():
                root.mkdir(parents=True, exist_ok=True)
                root.chmod(0o755)
        except PermissionError:
            raise UnusableFolder(f"{root} cannot be written. Set ASSENT_VAR to a folder that can.") from None

    def _start(self) -> None:
        """Let a warden start the server; it returns when the server takes connections."""
        self.clear_stale()
        if self._postmaster() is not None:  # it runs, but its socket is gone
            self.stop()
        started = subprocess.run(
            [sys.executable, "-m", "portal.node.warden", str(self.var), json.dumps(self.settings)], cwd=BASE_DIR,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if started.returncode:
            raise ServerFailed(f"The embedded PostgreSQL did not start: {started.stderr.strip()}")

    def _postmaster(self) -> int | None:
        """The process id of our running server, by its pid file and its own command line."""
        try:
            pid = int((self.location.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        except PermissionError:
            raise UnusableFolder(f"{self.location.data} belongs to another account.") from None
        return pid if str(self.location.data) in command_line(pid) else None

    def _open(self, name: str) -> IO[str]:
        try:
            return (self.var / "postgres" / name).open("a+")
        except PermissionError:
            raise UnusableFolder(
                f"{self.var / 'postgres'} belongs to another account. Run as that one, or set ASSENT_VAR."
            ) from None

    @contextlib.contextmanager
    def _lock(self, name: str, flags: int) -> Iterator[None]:
        with self._open(name) as file:
            fcntl.flock(file, flags)
            yield


@contextlib.contextmanager
def hold_database() -> Iterator[None]:
    """Let a command use the database: without DATABASE_URL the embedded server runs as long as it is needed."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    cluster = Cluster(Path(os.environ.get("ASSENT_VAR") or BASE_DIR / "var"))
    try:
        try:
            cluster.acquire()
            from portal.node.roles import prepare_embedded  # noqa: PLC0415 - psycopg is slow to load

            prepare_embedded(cluster)
        except (NodeError, OSError) as error:
            raise SystemExit(f"The embedded database cannot be used: {error}") from None
        yield
    finally:
        cluster.release()
