"""Choosing the witnesses that the log of the tenant in scope asks, and how many of them make a quorum.

`actor` is the member of staff who chose on a page, and then the log says so; an operator at the command line is None.
"""

from uuid import UUID

from django.db import connection

from ledger.errors import FormatError, UnknownWitness
from ledger.note import parse_vkey
from ledger.outbound import check_url
from ledger.scope import current_tenant
from ledger.selectors.witnesses import quorum, witnesses
from ledger.services import append
from ledger.trust import witness_key

ADD = """
INSERT INTO ledger_log_witness (tenant_id, name, vkey, url) VALUES (%s, %s, %s, %s)
ON CONFLICT (tenant_id, name) DO UPDATE SET vkey = EXCLUDED.vkey, url = EXCLUDED.url, active = true
"""
REMOVE = "UPDATE ledger_log_witness SET active = false WHERE tenant_id = %s AND name = %s AND active"
QUORUM = "UPDATE ledger_log SET quorum = %s WHERE tenant_id = %s"


def add_witness(*, url: str, vkey: str, actor: UUID | None = None) -> None:
    """Ask it from the next checkpoint on. `url`: what add-checkpoint is appended to. Raises OutboundRefused."""
    check_url(url)
    key = witness_key(vkey)
    if any(
        parse_vkey(each.vkey).public_key == key.public_key for each in witnesses() if each.name != key.name
    ):
        raise FormatError("This key is asked under another name already: it would count twice.")
    _run(ADD, [current_tenant(), key.name, vkey, url.rstrip("/")])
    _enter("witness.added", actor, witness=key.name)


def remove_witness(name: str, *, actor: UUID | None = None) -> None:
    """Ask it no more; what it cosigned stays. Raises UnknownWitness, and FormatError if the quorum needs it."""
    if not _run(REMOVE, [current_tenant(), name]):
        raise UnknownWitness("The log has no witness of that name.")
    _require_possible(quorum())
    _enter("witness.removed", actor, witness=name)


def set_quorum(count: int, *, actor: UUID | None = None) -> None:
    _require_possible(count)
    _run(QUORUM, [count, current_tenant()])
    _enter("quorum.changed", actor, quorum=count)


def _enter(kind: str, actor: UUID | None, **said: object) -> None:
    if actor is not None:
        append(type=kind, actor=actor, subject=None, audit=said)


def _require_possible(count: int) -> None:
    known = len(witnesses())
    if not 0 <= count <= known:
        raise FormatError(f"A quorum of {count} cannot be had of {known} witnesses.")


def _run(statement: str, values: list[object]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)  # type: ignore[arg-type]
        changed: int = cursor.rowcount
    return changed
