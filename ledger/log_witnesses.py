"""Choosing the witnesses that the log of the tenant in scope asks, and how many of them make a quorum."""

from django.db import connection

from ledger.errors import FormatError, UnknownWitness
from ledger.note import parse_vkey
from ledger.outbound import check_url
from ledger.scope import current_tenant
from ledger.selectors.witnesses import quorum, witnesses
from ledger.trust import witness_key

ADD = """
INSERT INTO ledger_log_witness (tenant_id, name, vkey, url) VALUES (%s, %s, %s, %s)
ON CONFLICT (tenant_id, name) DO UPDATE SET vkey = EXCLUDED.vkey, url = EXCLUDED.url, active = true
"""
REMOVE = "UPDATE ledger_log_witness SET active = false WHERE tenant_id = %s AND name = %s AND active"
QUORUM = "UPDATE ledger_log SET quorum = %s WHERE tenant_id = %s"


def add_witness(*, url: str, vkey: str) -> None:
    """Ask it from the next checkpoint on. `url`: what add-checkpoint is appended to. Raises OutboundRefused."""
    check_url(url)
    key = witness_key(vkey)
    if any(
        parse_vkey(each.vkey).public_key == key.public_key for each in witnesses() if each.name != key.name
    ):
        raise FormatError("This key is asked under another name already: it would count twice.")
    _run(ADD, [current_tenant(), key.name, vkey, url.rstrip("/")])


def remove_witness(name: str) -> None:
    """Ask it no more; what it cosigned stays. Raises UnknownWitness, and FormatError if the quorum needs it."""
    if not _run(REMOVE, [current_tenant(), name]):
        raise UnknownWitness("The log has no witness of that name.")
    _require_possible(quorum())


def set_quorum(count: int) -> None:
    _require_possible(count)
    _run(QUORUM, [count, current_tenant()])


def _require_possible(count: int) -> None:
    known = len(witnesses())
    if not 0 <= count <= known:
        raise FormatError(f"A quorum of {count} cannot be had of {known} witnesses.")


def _run(statement: str, values: list[object]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)  # type: ignore[arg-type]
        changed: int = cursor.rowcount
    return changed
