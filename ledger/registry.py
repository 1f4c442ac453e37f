"""What the apps above add to the ledger when they start: types of entries, and checks of what entries speak of."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from ledger.audit.finding import Finding
from ledger.entry import check_type
from ledger.errors import UnknownType

if TYPE_CHECKING:
    from django.http import HttpRequest

Verifier = Callable[[UUID], Iterable[Finding]]
"""Runs in the tenant's scope, after the log itself was found whole; yields what does not fit it."""

Gate = Callable[["HttpRequest", UUID], bool]
"""Whether a request comes with the right to read the entries of this tenant's log: an auditor's token."""

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


def register_gate(gate: Gate) -> None:
    """Let those read bundles of entries whom `gate` lets in. Without one nobody is."""
    if gate not in _gates:
        _gates.append(gate)


def may_read_entries(request: "HttpRequest", tenant: UUID) -> bool:
    return any(gate(request, tenant) for gate in _gates)
