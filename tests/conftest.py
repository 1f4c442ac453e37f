"""A real PostgreSQL, a real browser, a real server; and a loud word about what could not be tested here."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests import needs
from tests.databases import RUN, empty_database, nobody_works, test_database, test_server, use_database
from tests.serving import RUNNING, Node, serve

ALIASES = ["default", "sequencer"]
DATABASE_FIXTURES = {"db", "transactional_db", "node"}

os.environ["PATH"] = os.pathsep.join([str(needs.NODE), os.environ["PATH"]])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Every test with a database may use it as the app and as the sequencer, never as the owner.

    Tests with a browser come last: its loop goes on in the thread of the tests, where others may start none.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        marker = item.get_closest_marker("django_db")
        if marker is None and not fixtures & DATABASE_FIXTURES:
            continue
        wanted: dict[str, Any] = {"databases": ALIASES, **(marker.kwargs if marker else {})}
        if "node" in fixtures:  # another process sees only what is committed
            wanted["transaction"] = True
        elif wanted.get("transaction") or "transactional_db" in fixtures:
            # First, so that the node stands still from before the first row until after the last is gone.
            item.fixturenames.insert(0, "no_other_sequencer")  # type: ignore[attr-defined]
        item.add_marker(pytest.mark.django_db(**wanted), append=False)
    yield
    items.sort(key=lambda item: "playwright" in getattr(item, "fixturenames", ()))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Keys that a test file draws anew are no part of a test's name: two workers would know different tests."""
    return argname if isinstance(val, str | bytes) and len(val) > 40 else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser"):
        needs.need_browser()
    if item.get_closest_marker("javascript"):
        needs.need_javascript()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was skipped, and why, where nobody overlooks it."""
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    reasons: dict[str, int] = {}
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    terminalreporter.section("NOT TESTED HERE", sep="!", red=True, bold=True)
    for reason, count in sorted(reasons.items()):
        terminalreporter.line(f"{count} x {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def administrator_dsn() -> Iterator[str]:
    """The address of the test server's superuser, to play the attacker who has the database."""
    with test_server() as dsn:
        yield dsn


@pytest.fixture(scope="session")
def database_name() -> str:
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
    return f"{RUN}{run}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    administrator_dsn: str,
    database_name: str,
) -> Iterator[None]:
    from django.db import connections
    from django.test import TransactionTestCase

    def reset(case: TransactionTestCase) -> None:
        for alias in connections:
            connections[alias].close()
        empty_database(administrator_dsn, database_name)

    TransactionTestCase._fixture_teardown = reset  # type: ignore[attr-defined]
    with django_db_blocker.unblock(), test_database(administrator_dsn, database_name):
        use_database(database_name)
        yield
        for alias in connections:
            connections[alias].close()
        connections["default"].close_pool()  # type: ignore[attr-defined]


@pytest.fixture
def administrator(django_db_setup: None, administrator_dsn: str, database_name: str) -> Iterator[Any]:
    """A superuser's connection to the test database, outside Django."""
    import psycopg

    with psycopg.connect(administrator_dsn, dbname=database_name, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def serving(
    django_db_setup: None,
    database_name: str,
    tmp_path_factory: pytest.TempPathFactory,
    pytestconfig: pytest.Config,
) -> Iterator[Node]:
    with serve(database_name, tmp_path_factory.mktemp("node")) as node:
        pytestconfig.stash[RUNNING] = node
        yield node


@pytest.fixture
def node(serving: Node, transactional_db: None) -> Iterator[Node]:
    """The node as its users meet it: uvicorn and the sequencer as processes, on this worker's database."""
    serving.check()
    yield serving
    serving.check()


@pytest.fixture
def no_other_sequencer(
    pytestconfig: pytest.Config, django_db_setup: None, administrator_dsn: str, database_name: str
) -> Iterator[None]:
    """The node that earlier tests started leaves the logs of this test alone."""
    running = pytestconfig.stash.get(RUNNING, None)
    if running is None:
        yield
        return

    def at_rest() -> bool:
        return nobody_works(administrator_dsn, database_name, "assent_sequencer")

    with running.paused("sequencer", at_rest):
        yield


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The optional folder with large test data (Synthea, FHIR examples): ASSENT_TEST_DATA."""
    needs.need(needs.TEST_DATA.is_dir(), f"the test data folder {needs.TEST_DATA} is not there")
    return needs.TEST_DATA


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium as it is installed; root has no sandbox."""
    arguments = dict(browser_type_launch_args)
    if path := needs.installed_chromium():
        arguments["executable_path"] = path
    if os.geteuid() == 0:
        arguments["args"] = [*arguments.get("args", []), "--no-sandbox"]
    return arguments


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "en-GB", "timezone_id": "UTC"}
