"""One unmoving view of a tenant's ledger, read in order and in pieces: memory stays flat however long it is."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property, partial
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import connection, transaction
from psycopg import sql
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, Format

from ledger.scope import TENANT, tenant_scope

CHUNK = 2000
AHEAD = 256
"""Entries that come over at once. So few stay in the processor's cache from the socket to their hash."""

ISOLATION = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

# The map from submissions to entries is looked up row by row: a join would first have to sort all of one side.
ENTRIES = b"""
SELECT index, submission_id, type, time, actor, subject, subject_index, leaf, leaf_hash, body, (
    SELECT s.digest FROM ledger_sequenced s
    WHERE s.tenant_id = e.tenant_id AND s.submission_id = e.submission_id AND s.index = e.index)
FROM ledger_entry e WHERE tenant_id = $1 AND index >= $2 AND index < $3 ORDER BY index
"""


class Row(NamedTuple):
    """A stored entry. `mapped` is the digest under which its submission is recorded to have become it."""

    index: int  # type: ignore[assignment]
    submission: UUID
    type: str
    time: Any
    actor: str
    subject: str | None
    subject_index: int | None
    leaf: bytes
    leaf_hash: bytes
    body: bytes
    mapped: bytes | None


_row = partial(tuple.__new__, Row)


class Snapshot:
    """What the app's role sees of one tenant, while a repeatable-read transaction is open."""

    def __init__(self, tenant: UUID, cursors: ExitStack, name: str) -> None:
        self.tenant, self.name = tenant, name
        self._cursors, self._numbers = cursors, count()

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a small answer. `statement` takes the tenant first."""
        with connection.cursor() as cursor:
            cursor.execute(statement, [self.tenant, *values])
            return list(cursor.fetchall())

    def chunks(self, statement: str, *values: object) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a large answer, by a cursor that stays on the server."""
        name = f"ledger_audit_{next(self._numbers)}"
        cursor = self._cursors.enter_context(psycopg.ServerCursor(connection.connection, name))
        cursor.execute(statement, [self.tenant, *values], binary=True)
        while found := cursor.fetchmany(CHUNK):
            yield found

    def stream(self, statement: str, *values: object) -> Iterator[tuple[Any, ...]]:
        for found in self.chunks(statement, *values):
            yield from found

    def entries(self, start: int, end: int) -> Iterator[list[Row]]:
        """Those from index `start` up to, and without, `end`, some at a time. While the caller looks at these, the
        server makes the next ones ready; who does not take all of them cannot ask for others."""
        session, loader = self._beside.pgconn, Transformer(self._beside)
        values = [str(value).encode() for value in (self.tenant, start, end)]
        session.send_query_params(ENTRIES, values, result_format=Format.BINARY)
        session.set_chunked_rows_mode(AHEAD)
        while result := session.get_result():
            if result.status not in (ExecStatus.TUPLES_CHUNK, ExecStatus.TUPLES_OK):
                raise psycopg.errors.error_from_result(result)
            loader.set_pgresult(result)
            yield loader.load_rows(0, result.ntuples, _row)

    @cached_property
    def _beside(self) -> psycopg.Connection:
        """One more connection that shows the same, for entries alone: they keep it busy."""
        parameters = connection.get_connection_params() | {
            "cursor_factory": psycopg.Cursor,
            "autocommit": True,
        }
        del parameters["context"]
        session = self._cursors.enter_context(closing(psycopg.connect(**parameters)))
        session.execute(f"BEGIN; {ISOLATION}; {_sharing(self.name)}")
        session.execute("SELECT set_config(%s, %s, true)", [TENANT, str(self.tenant)])
        return session


@contextmanager
def open_snapshot(tenant: UUID, *, shared: str = "") -> Iterator[Snapshot]:
    """Nothing can be written in it, and what commits meanwhile is not seen.

    `shared` is the `name` of one that another process has open: then this shows the same.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(ISOLATION)
            if shared:
                cursor.execute(_sharing(shared))
            else:
                cursor.execute("SELECT pg_export_snapshot()")
                (shared,) = cursor.fetchone()
        with tenant_scope(tenant), ExitStack() as cursors:
            yield Snapshot(tenant, cursors, shared)


def _sharing(name: str) -> str:
    """SET takes no parameter, only a literal."""
    return sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(name)).as_string()
