"""The web server and the commands as processes: checked before they serve, on a database they bring with them."""

import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.node.location import embedded_location
from portal.node.postgres import BASE_DIR, Cluster
from tests.serving import Node, free_port


def run(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command], cwd=BASE_DIR, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture
def fresh_var() -> Iterator[Path]:
    """An installation that has never run."""
    with tempfile.TemporaryDirectory(prefix="assent-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "var"


def test_a_command_brings_its_database_and_takes_it_away(fresh_var: Path) -> None:
    done = run("manage.py", "check_rls", ASSENT_VAR=str(fresh_var), DJANGO_SETTINGS_MODULE="portal.settings")
    assert done.returncode == 0, done.stderr
    assert embedded_location(fresh_var).data.exists()
    assert not Cluster(fresh_var).alive()


def test_a_database_that_cannot_start_is_one_sentence_and_no_traceback(fresh_var: Path) -> None:
    fresh_var.mkdir()
    (fresh_var / "postgres").write_text("in the way")
    done = run("manage.py", "check_rls", ASSENT_VAR=str(fresh_var), DJANGO_SETTINGS_MODULE="portal.settings")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(fresh_var / "postgres") in done.stderr


def test_web_does_not_start_on_an_unsafe_setting(django_db_setup: None, database_name: str) -> None:
    port = str(free_port())
    done = run("-m", "portal.node.web", ASSENT_HOST="0.0.0.0", PORT=port, ASSENT_TEST_DATABASE=database_name)  # noqa: S104
    assert done.returncode == 1
    assert "The node does not start:" in done.stderr
    assert "assent.E001" in done.stderr


def test_the_node_answers_supervisors(node: Node) -> None:
    for path in ("/livez", "/readyz"):
        with urllib.request.urlopen(node.url + path, timeout=10) as answer:  # noqa: S310
            assert answer.status == 200
            assert "server" not in {name.lower() for name in answer.headers}


def test_web_ends_when_the_one_that_started_it_is_gone(
    django_db_setup: None, database_name: str, tmp_path: Path
) -> None:
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "ASSENT_TEST_DATABASE": database_name}
    node = Node(f"http://localhost:{port}", port, tmp_path, environment)
    node.start_web()
    web = node.children["web"]
    assert web.stdin is not None
    web.stdin.close()
    web.wait(10)
