"""What a page asks the database: every statement that goes over the wire, as libpq's trace tells it.

Left out are BEGIN and COMMIT, the savepoints that stand for them within the transaction of a test, and the set_config
that opens or closes a scope, which travels with BEGIN elsewhere: they frame a transaction and ask for nothing. Locks
are counted, and so is each statement of a message that holds several.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

from django.db import connection
from psycopg.pq import Trace

MOST = 12
_FRAME = re.compile(r"\s*(SAVEPOINT|RELEASE|BEGIN|COMMIT|ROLLBACK|SELECT set_config)\b")
_MESSAGE = re.compile(
    rb"^F\t\d+\t(Query|Parse|Bind|Execute)\t(.*?)(?=^[FB]\t\d+\t|\Z)", re.MULTILINE | re.DOTALL
)
_NAMED = re.compile(r' "([^"]*)" (.*)', re.DOTALL)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that are sent meanwhile on the connection of this thread, once the block has ended."""
    connection.ensure_connection()
    wire, sent = connection.connection.pgconn, list[str]()
    with TemporaryFile() as told:
        wire.trace(told.fileno())
        wire.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        try:
            yield sent
        finally:
            wire.untrace()
        told.seek(0)
        sent += _statements(told.read())


def _statements(trace: bytes) -> list[str]:
    """A statement is a query, or the execution of what was parsed and bound before: under a name, maybe long before."""
    prepared, bound, found = _prepared(), "", []
    for kind, content in _MESSAGE.findall(trace):
        text = content.decode(errors="replace")
        if kind == b"Query":
            found += [part for part in text.strip().strip('"').split(";") if part.strip()]
        elif kind == b"Execute":
            found.append(prepared[bound])
        elif match := _NAMED.match(text):
            if kind == b"Parse":
                prepared[match[1]] = match[2].strip('"')
            else:
                bound = match[2].partition(" ")[0].strip('"')
    return [" ".join(text.split()) for text in found if not _FRAME.match(text)]


def _prepared() -> dict[str, str]:
    """What was prepared on this connection, by its name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, statement FROM pg_prepared_statements")
        return dict(cursor.fetchall())
