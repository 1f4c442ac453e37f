"""The embedded server: shared by its users, ended with the last of them however that one went, never confused."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from portal.node.account import command_line
from portal.node.errors import UnusableFolder
from portal.node.location import ELSEWHERE, SHORT, embedded_location
from portal.node.postgres import BASE_DIR, Cluster

USER = """
import sys, time
from pathlib import Path
from portal.node.postgres import Cluster
cluster = Cluster(Path(sys.argv[1])).acquire()
print("up", flush=True)
sys.stdin.read()
print(cluster.release(), flush=True)
"""


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder of its own that any account may pass, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="assent-test-"))
    folder.chmod(0o755)
    yield folder
    location = embedded_location(folder)
    cluster = Cluster(folder)
    if location.data.exists():
        cluster.acquire().release()
    for left in {location.home, location.socket, folder}:
        shutil.rmtree(left, ignore_errors=True)


def other_user(var: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(var)], cwd=BASE_DIR, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def answer(cluster: Cluster) -> int:
    with psycopg.connect(cluster.dsn("postgres", "postgres")) as connection:
        row = connection.execute("SELECT 42").fetchone()
    assert row is not None
    return int(row[0])


def postmaster(cluster: Cluster) -> int:
    return int((cluster.location.data / "postmaster.pid").read_text().split("\n")[0])


def test_the_last_user_stops_the_server(var: Path) -> None:
    cluster = Cluster(var).acquire()
    other = other_user(var)
    assert not cluster.release()
    assert cluster.alive()
    assert other.communicate("")[0] == "True\n"
    assert not cluster.alive()


def test_a_killed_last_user_leaves_no_server(var: Path) -> None:
    cluster = Cluster(var)
    other = other_user(var)
    pid = postmaster(cluster)
    kill(other)
    assert within(5, lambda: not cluster.alive() and command_line(pid) == "")


def test_a_killed_user_does_not_take_the_server_from_another(var: Path) -> None:
    cluster = Cluster(var).acquire()
    kill(other_user(var))
    time.sleep(1)
    assert answer(cluster) == 42
    assert cluster.release()


def test_users_that_come_and_go_at_once_share_one_server(var: Path) -> None:
    script = USER.replace("sys.stdin.read()", "pass")
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(var)], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    answers = [process.communicate(timeout=60)[0] for process in crowd]
    assert all(said.startswith("up\n") for said in answers)
    assert [process.returncode for process in crowd] == [0] * 6
    assert not Cluster(var).alive()


def test_a_killed_server_is_started_again_and_keeps_what_was_committed(var: Path) -> None:
    cluster = Cluster(var).acquire()
    with psycopg.connect(cluster.dsn("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(postmaster(cluster), signal.SIGKILL)
    assert within(5, lambda: not cluster.alive())
    assert cluster.revive()
    with psycopg.connect(cluster.dsn("postgres", "postgres")) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    assert cluster.release()


@pytest.mark.parametrize("pid", [os.getpid(), 1, 2**31 - 2], ids=["ours", "init", "none"])
def test_a_stale_pid_file_does_not_stand_in_the_way(var: Path, pid: int) -> None:
    cluster = Cluster(var).acquire()
    file = cluster.location.data / "postmaster.pid"
    lines = file.read_text().split("\n")
    owner = file.stat()
    cluster.release()
    file.write_text("\n".join([str(pid), *lines[1:]]))
    os.chown(file, owner.st_uid, owner.st_gid)
    with cluster:
        assert answer(cluster) == 42


def test_a_server_whose_socket_was_removed_is_replaced(var: Path) -> None:
    cluster = Cluster(var).acquire()
    before = postmaster(cluster)
    cluster.location.socket_file.unlink()
    assert cluster.revive()
    assert postmaster(cluster) != before
    assert answer(cluster) == 42
    assert cluster.release()


def test_a_killed_initdb_leaves_nothing_that_counts_as_data(var: Path) -> None:
    (var / "postgres").mkdir()
    half = var / "postgres" / "initdb.99999"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with Cluster(var) as cluster:
        assert answer(cluster) == 42
    assert not half.exists()


def test_a_long_path_has_a_short_private_socket_folder(var: Path) -> None:
    deep = var / ("a-folder-with-a-long-name-" * 4) / 'it\'s "quoted" $HOME'
    cluster = Cluster(deep).acquire()
    try:
        socket = cluster.location.socket
        assert socket.parent == SHORT
        assert socket.stat().st_mode & 0o777 == 0o700
        assert answer(cluster) == 42
    finally:
        cluster.release()
        shutil.rmtree(socket)


def test_a_prepared_socket_folder_of_another_account_is_refused(var: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a folder that belongs to another account")
    socket = embedded_location(var).socket
    socket.parent.mkdir(parents=True)
    socket.mkdir(mode=0o777)
    os.chown(socket, 12345, 12345)
    with pytest.raises(UnusableFolder, match="private folder"):
        Cluster(var).acquire()


def test_root_below_a_closed_folder_places_the_data_where_its_account_can_go(var: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root needs another account to run the server")
    var.chmod(0o700)
    closed = var / "home"
    cluster = Cluster(closed).acquire()
    location = cluster.location
    try:
        assert location.home.parent in ELSEWHERE
        assert answer(cluster) == 42
        assert var.stat().st_mode & 0o777 == 0o700
        var.chmod(0o755)
        assert Cluster(closed).location.home == location.home, "the data stay where they are"
    finally:
        cluster.release()
        shutil.rmtree(location.home)


def test_a_command_line_of_a_zombie_is_empty() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.DEVNULL)
    try:
        assert within(5, lambda: command_line(child.pid) == "")
    finally:
        child.wait()
