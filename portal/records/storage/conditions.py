"""Which rows a statement is about, as SQL over `r`: whose, of which types, and whatever else a search asks."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from ledger.scope import current_tenant

# A group is what decisions tell apart, spelled as one value: "category:LABEL,LABEL".
GROUP = "(r.category || ':' || array_to_string(r.labels, ','))"

ANYBODY = "anybody"

# One person's records, several persons', ANYBODY's, or the directory's (None).
Whose = UUID | Collection[UUID] | str | None


class Condition(NamedTuple):
    """One further condition of a search: SQL over `r`, and its parameters."""

    sql: str
    parameters: Sequence[Any]


def among(places: Collection[tuple[str, str]]) -> Condition:
    """Only these records (type, id)."""
    return Condition(
        "(r.type, r.fhir_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
        [[kind for kind, _ in places], [key for _, key in places]],
    )


def group_name(category: str, labels: Collection[str]) -> str:
    """A group as `GROUP` spells it."""
    return f"{category}:{','.join(sorted(labels))}"


def selection(whose: Whose, types: Collection[str], conditions: Sequence[Condition]) -> tuple[str, list[Any]]:
    """The WHERE of a statement over `r`, and its parameters: what is there, not what was deleted."""
    owner, parameters = _owned(whose)
    clauses = [
        "r.tenant_id = %s",
        owner,
        "r.type = ANY(%s)",
        "NOT r.deleted",
        *(one.sql for one in conditions),
    ]
    values = [current_tenant(), *parameters, list(types)]
    return f"WHERE {' AND '.join(clauses)}", [
        *values,
        *(value for one in conditions for value in one.parameters),
    ]


def _owned(whose: Whose) -> tuple[str, list[Any]]:
    if whose is None:
        return "r.person IS NULL", []
    if whose == ANYBODY:
        return "r.person IS NOT NULL", []
    if isinstance(whose, UUID):
        return "r.person = %s", [whose]
    return "r.person = ANY(%s)", [list(whose)]
