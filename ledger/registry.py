"""What the apps above add to the ledger when they start: types of entries, checks of what entries speak of, and what
goes of a person who is erased."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from psycopg import sql

from ledger.audit.finding import Finding
from ledger.entry import check_type
from ledger.errors import UnknownType

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper
    from django.http import HttpRequest

Verifier = Callable[[UUID], Iterable[Finding]]
"""Runs in the tenant's scope, after the log itself was found whole; yields what does not fit it."""

Gate = Callable[["HttpRequest", UUID], bool]
"""Whether a request comes with the right to read the entries of this tenant's log: an auditor's token."""

Eraser = Callable[["Erasing"], None]
"""Deletes what an app keeps of a person; called in the transaction that destroys her keys, again after a failure."""


class Erasing(NamedTuple):
    """Who is being erased: `keys` are the ids that stand in what is sealed under hers.

    `cursor` is that of the database's owner, in the tenant's scope, where triggers let go what they keep.
    """

    cursor: "CursorWrapper"
    tenant: UUID
    person: UUID
    keys: list[UUID]

    def delete(self, *tables: str, column: str = "person") -> None:
        """The rows of these tables that name her in that column."""
        for table in tables:
            statement = sql.SQL("DELETE FROM {} WHERE tenant_id = %s AND {} = %s")
            named = statement.format(sql.Identifier(table), sql.Identifier(column))
            self.cursor.execute(named, [self.tenant, self.person])


_types = {
    "alarm.cleared",
    "heads",
    "padding",
    "key.rotated",
    "subject.erased",
    "hold.placed",
    "hold.released",
    "vault.rotated",
    "witness.added",
    "witness.removed",
    "quorum.changed",
}
_verifiers: list[Verifier] = []
_gates: list[Gate] = []
_erasers: list[Eraser] = []


def register_types(*names: str) -> None:
    """Declare types of entries, like `access.permitted`. Call it from an AppConfig's `ready`."""
    for name in names:
        check_type(name)
        _types.add(name)


def types() -> frozenset[str]:
    return frozenset(_types)


def require_type(name: str) -> None:
    if name not in _types:
        raise UnknownType(f"No app declared entries of the type {name!r}. Nothing was written.")


def register_verifier(verifier: Verifier) -> None:
    """Let `verify_ledger` also compare what the app above stores with the entries."""
    if verifier not in _verifiers:
        _verifiers.append(verifier)


def verifiers() -> tuple[Verifier, ...]:
    return tuple(_verifiers)


def register_eraser(eraser: Eraser) -> None:
    """Let an app delete what it keeps of a person who is erased."""
    if eraser not in _erasers:
        _erasers.append(eraser)


def erasers() -> tuple[Eraser, ...]:
    return tuple(_erasers)


def register_gate(gate: Gate) -> None:
    """Let those read bundles of entries whom `gate` lets in. Without one nobody is."""
    if gate not in _gates:
        _gates.append(gate)


def may_read_entries(request: "HttpRequest", tenant: UUID) -> bool:
    return any(gate(request, tenant) for gate in _gates)
