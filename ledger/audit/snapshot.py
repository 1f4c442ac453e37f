"""One unmoving view of a tenant's ledger, read in order and in pieces: memory stays flat however long it is."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import connection, transaction
from psycopg import sql

from ledger.scope import tenant_scope

CHUNK = 2000
ISOLATION = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

# The map from submissions to entries is looked up row by row: a join would first have to sort all of one side.
ENTRIES = """
SELECT index, submission_id, type, time, actor, subject, subject_index, leaf, leaf_hash, body, (
    SELECT s.digest FROM ledger_sequenced s
    WHERE s.tenant_id = e.tenant_id AND s.submission_id = e.submission_id AND s.index = e.index)
FROM ledger_entry e WHERE tenant_id = %s AND index >= %s AND index < %s ORDER BY index
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


def _entry_row(cursor: object) -> Callable[[Sequence[Any]], Row]:
    return Row._make


class Snapshot:
    """What the app's role sees of one tenant, while a repeatable-read transaction is open."""

    def __init__(self, tenant: UUID, cursors: ExitStack, name: str = "") -> None:
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

    def entries(self, start: int, end: int) -> list[Row]:
        """Those from index `start` up to, and without, `end`."""
        with psycopg.Cursor(connection.connection, row_factory=_entry_row) as cursor:
            cursor.execute(ENTRIES, [self.tenant, start, end], binary=True)
            return cursor.fetchall()


@contextmanager
def open_snapshot(tenant: UUID, *, share: bool = False, shared: str = "") -> Iterator[Snapshot]:
    """Nothing can be written in it, and what commits meanwhile is not seen.

    `share` makes it one that other processes can open, too, while it is open: `shared` is its `name`.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(ISOLATION)
            if shared:
                # SET takes no parameter, only a literal.
                named = sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(shared))
                cursor.execute(named.as_string(connection.connection))
            if share:
                cursor.execute("SELECT pg_export_snapshot()")
                (shared,) = cursor.fetchone()
        with tenant_scope(tenant), ExitStack() as cursors:
            yield Snapshot(tenant, cursors, shared)
