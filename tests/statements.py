"""What a page asks the database: every statement that the driver sends, ours and Django's, by whichever cursor."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

MOST = 12
# What opens, scopes and orders a transaction asks for no data.
_FRAME = re.compile(r"\s*(SAVEPOINT|RELEASE|BEGIN|COMMIT|ROLLBACK|SELECT (set_config|pg_advisory_xact_lock))")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that are sent meanwhile, but for the frames of transactions."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def noted(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        text = query if isinstance(query, str) else query.decode() if isinstance(query, bytes) else str(query)
        if not _FRAME.match(text):
            sent.append(" ".join(text.split()))
        return execute(cursor, query, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", noted)
        yield sent
