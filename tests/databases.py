"""Test databases: migrated once into a template, copied for each worker, emptied after each test."""

import contextlib
import hashlib
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from portal.node.postgres import BASE_DIR, Cluster
from portal.node.roles import OWNER, ensure_database, ensure_roles
from tests.settings import DATABASES, ROLE_PASSWORD, SERVER_URL, VAR_DIR

SOURCES = ("ledger", "consent", "portal", "deploy")
TEMPLATE = "assent_test_template_"
RUN = "assent_test_run_"
IN_USE = "hashtextextended(%s, 1)"
# What migrations put there; everything else belongs to the test that wrote it.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
LARGE = 256 * 1024
"""Bytes of a table, beyond which it is truncated: rows that were deleted stay in it until it is vacuumed."""


@contextlib.contextmanager
def test_server() -> Iterator[str]:
    """Hold the server for tests; yields its administrator's dsn."""
    if SERVER_URL:
        with psycopg.connect(SERVER_URL, autocommit=True) as administrator, _alone(administrator):
            _prepare_roles(administrator, ROLE_PASSWORD)
        yield SERVER_URL
        return
    # Processes are killed here, machines are not: fsync would only cost time.
    cluster = Cluster(VAR_DIR, {"fsync": "off", "max_connections": "200"}).acquire()
    try:
        dsn = cluster.dsn("postgres", "postgres")
        with psycopg.connect(dsn, autocommit=True) as administrator, _alone(administrator):
            _prepare_roles(administrator, None)
        yield dsn
    finally:
        cluster.release()


@contextlib.contextmanager
def test_database(dsn: str, name: str) -> Iterator[None]:
    """A fresh migrated database, copied from the template of this state of the sources; dropped in the end."""
    template = TEMPLATE + _state_of_sources()
    with psycopg.connect(dsn, autocommit=True) as administrator:
        with _alone(administrator):
            administrator.execute(f"SELECT pg_advisory_lock({IN_USE})", [name])
            _drop_abandoned(administrator)
            if not _exists(administrator, template):
                _drop_templates(administrator)
                _migrate(dsn, administrator, template)
            copy = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
            administrator.execute(copy.format(*map(sql.Identifier, (name, OWNER, template))))
        ensure_database(dsn, name)
        try:
            yield
        finally:
            _drop(administrator, name)


def empty_database(dsn: str, name: str) -> None:
    """Empty every table that holds rows, append-only ones too. Identities go on: a running server counts by them."""
    with psycopg.connect(dsn, dbname=name) as administrator:
        administrator.execute("SET session_replication_role = replica; SET lock_timeout = '20s'")
        names = administrator.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        probe = sql.SQL("SELECT {0}, pg_table_size({0}) > {1} WHERE EXISTS (SELECT FROM {2})")
        probes = [
            probe.format(sql.Literal(t), sql.Literal(LARGE), sql.Identifier(t))
            for (t,) in names
            if t not in KEPT
        ]
        # Until nothing is found: a running sequencer may move rows to an empty table after the first look.
        while filled := administrator.execute(sql.SQL(" UNION ALL ").join(probes)).fetchall():
            _empty(administrator, filled)


def _empty(administrator: "psycopg.Connection[Any]", filled: list[tuple[str, bool]]) -> None:
    """A running node may hold one of them while it waits for another: the server ends one side, and we try again."""
    for attempt in range(10):
        try:
            with administrator.transaction():
                # As TRUNCATE does, wait for who has written to them: what they commit later would be the next test's.
                tables = sql.SQL(", ").join(sql.Identifier(table) for table, _ in filled)
                administrator.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(tables))
                for table, large in filled:
                    # TRUNCATE makes new files for a table and its indexes, which takes longer than to delete some rows.
                    how = "TRUNCATE {} CONTINUE IDENTITY CASCADE" if large else "DELETE FROM {}"
                    administrator.execute(sql.SQL(how).format(sql.Identifier(table)))
        except psycopg.errors.DeadlockDetected:
            if attempt == 9:
                raise
        else:
            return


def nobody_works(dsn: str, name: str, role: str) -> bool:
    """Whether no session of this role is within a transaction there."""
    busy = "SELECT FROM pg_stat_activity WHERE datname = %s AND usename = %s AND state <> 'idle'"
    with psycopg.connect(dsn, dbname=name) as administrator:
        return administrator.execute(busy, [name, role]).fetchone() is None


def use_database(name: str) -> None:
    """Point every alias at `name`."""
    from django.db import connections

    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _migrate(dsn: str, administrator: "psycopg.Connection", template: str) -> None:
    from django.core.management import call_command
    from django.db import connections

    draft = f"{template}_draft"
    _drop(administrator, draft)
    ensure_database(dsn, draft)
    before = DATABASES["owner"]["NAME"]
    use_database(draft)
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    for alias in connections:
        connections[alias].close()
        getattr(connections[alias], "close_pool", lambda: None)()
    use_database(before)
    administrator.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (draft, template)))
    )


def _prepare_roles(administrator: "psycopg.Connection", password: str | None) -> None:
    ensure_roles(administrator)
    if password:
        for role in ("assent_owner", "assent_app", "assent_sequencer"):
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(password)
            )
            administrator.execute(statement)


@contextlib.contextmanager
def _alone(administrator: "psycopg.Connection") -> Iterator[None]:
    """One worker at a time prepares what all of them share."""
    administrator.execute("SELECT pg_advisory_lock(hashtextextended('assent.tests', 0))")
    try:
        yield
    finally:
        administrator.execute("SELECT pg_advisory_unlock(hashtextextended('assent.tests', 0))")


def _exists(administrator: "psycopg.Connection", name: str) -> bool:
    return administrator.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _names(administrator: "psycopg.Connection", prefix: str) -> list[str]:
    found = administrator.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
    return [name for (name,) in found.fetchall()]


def _drop(administrator: "psycopg.Connection", name: str) -> None:
    administrator.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_templates(administrator: "psycopg.Connection") -> None:
    for name in _names(administrator, TEMPLATE):
        _drop(administrator, name)


def _drop_abandoned(administrator: "psycopg.Connection") -> None:
    """Drop the databases of killed runs: nobody holds their lock."""
    for name in _names(administrator, RUN):
        free = administrator.execute(f"SELECT pg_try_advisory_lock({IN_USE})", [name]).fetchone()
        if free == (True,):
            _drop(administrator, name)
            administrator.execute(f"SELECT pg_advisory_unlock({IN_USE})", [name])


def _state_of_sources() -> str:
    """A digest of every source that a migration or its signal handlers could depend on."""
    digest = hashlib.sha256((BASE_DIR / "requirements.txt").read_bytes())
    for folder in SOURCES:
        for file in sorted((BASE_DIR / folder).rglob("*")):
            if file.suffix in {".py", ".sql"}:
                digest.update(str(file.relative_to(BASE_DIR)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
