"""A database made for one run, a tenant in it, and the node's processes on it."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from ledger import selectors
from ledger.scope import tenant_scope
from portal.accounts.services import create_organisation
from portal.node.postgres import BASE_DIR, Cluster
from portal.node.roles import ensure_database, prepare_embedded

DATABASE = "assent_bench"
# A connection for each of 256 writers; and when it was that an entry got its index, without asking all the time.
SETTINGS = {"max_connections": "300", "track_commit_timestamp": "on"}
PLAIN_TABLES = """
CREATE TABLE bench_raw (tenant uuid, id uuid PRIMARY KEY, type text, actor text, subject text,
                        time timestamptz, digest bytea, body bytea);
CREATE TABLE bench_chain (index bigint PRIMARY KEY, hash bytea, body bytea);
CREATE TABLE bench_head (size bigint, hash bytea);
INSERT INTO bench_head VALUES (0, '');
CREATE TABLE bench_plain (tenant uuid, type text, id text, patient text, content bytea,
                          PRIMARY KEY (tenant, type, id));
CREATE INDEX ON bench_plain (tenant, type, patient);
GRANT SELECT, INSERT ON bench_plain TO assent_app;
"""


@dataclass
class Bench:
    """A running bench: `dsn` is the administrator's."""

    dsn: str
    tenant: UUID
    slug: str = "bench"
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @contextlib.contextmanager
    def sequencer(self) -> Iterator[None]:
        with self.process("manage.py", "sequencer"):
            yield

    @contextlib.contextmanager
    def process(self, *command: str, **environment: str) -> Iterator[None]:
        """In a session of its own, as the parts of a node are."""
        child = subprocess.Popen(
            [sys.executable, *command],
            cwd=BASE_DIR,
            stdin=subprocess.PIPE,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        try:
            yield
        finally:
            child.terminate()
            child.wait(20)

    def sequenced(self) -> int:
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute(
                "SELECT count(*) FROM ledger_entry WHERE tenant_id = %s", [self.tenant]
            ).fetchone()
        assert row is not None
        return int(row[0])

    def chained(self) -> int:
        """Where the log ends. Nothing is counted, however long it is."""
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute(
                "SELECT size FROM ledger_state WHERE tenant_id = %s", [self.tenant]
            ).fetchone()
        return int(row[0]) if row else 0

    def wait_until_sequenced(self, size: int) -> None:
        _wait(lambda: self.sequenced() >= size, f"{size} entries were not sequenced")

    def wait_until_signed(self) -> None:
        """Until a checkpoint covers all that is sequenced."""
        _wait(lambda: self._signed() >= self.chained(), "no checkpoint was signed")

    def _signed(self) -> int:
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute(
                "SELECT max(size) FROM ledger_checkpoint WHERE tenant_id = %s", [self.tenant]
            ).fetchone()
        return int(row[0] or 0) if row else 0

    def mean_body_size(self) -> int:
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute("SELECT avg(length(body)) FROM ledger_entry").fetchone()
        assert row is not None
        return int(row[0])

    def size(self) -> int:
        with tenant_scope(self.tenant):
            return selectors.log_status().size


def disconnect() -> None:
    """Close what this thread has open, and the pool: a fork would share it, and a database is dropped without it."""
    for alias in connections:
        connections[alias].close()
        getattr(connections[alias], "close_pool", lambda: None)()


def _wait(done: Callable[[], bool], otherwise: str, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise AssertionError(f"{otherwise} within {seconds} s")
        time.sleep(0.02)


def _settle(dsn: str) -> None:
    """What was just made is on the disk before anything is timed: else its writing stops every COMMIT for seconds."""
    with psycopg.connect(dsn, autocommit=True) as administrator:
        administrator.execute("CHECKPOINT")
    os.sync()


@contextlib.contextmanager
def world() -> Iterator[Bench]:
    """The bench's database, new; dropped in the end."""
    cluster = Cluster(settings.VAR_DIR, SETTINGS).acquire()
    dsn = cluster.dsn("postgres", "postgres")
    try:
        prepare_embedded(cluster)
        with psycopg.connect(dsn, autocommit=True) as administrator:
            administrator.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE))
            )
        shutil.rmtree(settings.ASSENT_SIGNER_DIR, ignore_errors=True)
        ensure_database(dsn, DATABASE)
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        ours = cluster.dsn("postgres", DATABASE)
        with psycopg.connect(ours) as administrator:
            administrator.execute(PLAIN_TABLES)
        _settle(dsn)
        yield Bench(ours, create_organisation(slug="bench", name="Bench Hospital").id)
    finally:
        disconnect()
        with psycopg.connect(dsn, autocommit=True) as administrator:
            administrator.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE))
            )
        cluster.release()
