"""Running a statement on the connection of the open scope."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection


def query(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
