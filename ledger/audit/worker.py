"""A process that walks pieces of a log beside others.

It is started without settings: nothing here may be imported that needs them before `start` has loaded them.
"""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from ledger.audit.pieces import Piece, Span

_given: tuple[Any, ...]
_life = ExitStack()


def start(tenant: UUID, shared: str, origin: str, bodies: bool) -> None:
    """Open the view that the first process shares, for as long as this process lives."""
    global _given  # noqa: PLW0603 - a process has one
    import django  # noqa: PLC0415

    django.setup()
    from ledger.audit.pieces import Walk  # noqa: PLC0415
    from ledger.audit.seals import Seals  # noqa: PLC0415
    from ledger.audit.snapshot import open_snapshot  # noqa: PLC0415

    _given = (_life.enter_context(open_snapshot(tenant, shared=shared)), Walk(origin, bodies), Seals(tenant))


def walk(span: "Span") -> "Piece":
    from ledger.audit.pieces import walk_piece  # noqa: PLC0415

    snapshot, how, seals = _given
    return walk_piece(snapshot, span, how, seals)
