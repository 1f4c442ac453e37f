"""Rotating the keys that wrap others: the tenant's, and the node's. Online, in pieces, and resumable.

Runs as the database's owner, who alone may rewrite wrapped keys. What is sealed under a subject's key is not touched:
only the wrapping of that key changes. Readers know each wrapping key by the id that every wrapped key names, so that
old and new stand side by side while a rotation goes on; a repetition goes on where one broke off.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections

from ledger import logs, signing_keys, witness
from ledger.errors import AppendRefused
from ledger.identity import new_id
from ledger.scope import lock, tenant_scope
from ledger.selectors import LogName
from ledger.selectors import logs as all_logs
from ledger.services import append
from ledger.vault import keyring, node_key, sealing
from ledger.vault.key_services import configured_service
from ledger.vault.keyring import RETIRED, TENANT, WRAPPED, wrapped_rows
from ledger.vault.provider import NodeKeyProvider

TYPE = "vault.rotated"
OWNER = "owner"
PIECE = 500

Progress = Callable[[int, int], None]
Rows = list[tuple[Any, ...]]

CURRENT = "SELECT id, wrapped FROM ledger_key WHERE tenant_id = %s AND owner = %s AND use = %s"
RETIRE = "UPDATE ledger_key SET use = %s, wrapped = %s WHERE tenant_id = %s AND id = %s"
INSERT = "INSERT INTO ledger_key (tenant_id, id, owner, use, wrapped) VALUES (%s, %s, %s, %s, %s)"
# A wrapped key names the key that wraps it in its bytes 2 to 17 (vault/sealing.py).
UNDER_OTHERS = """
FROM ledger_key WHERE tenant_id = %s AND use <> 'tenant' AND use NOT LIKE 'tenant.%%'
  AND substring(wrapped FROM 2 FOR 16) <> %s
"""
PIECE_OF_KEYS = f"SELECT {WRAPPED} {UNDER_OTHERS} ORDER BY id LIMIT %s FOR UPDATE"
REWRAP = "UPDATE ledger_key SET wrapped = %s WHERE tenant_id = %s AND id = %s"
NODE_WRAPPED = """
SELECT id, use, wrapped FROM ledger_key WHERE tenant_id = %s AND (use = 'tenant' OR use LIKE 'tenant.%%') FOR UPDATE
"""


@dataclass(frozen=True, slots=True)
class Rotated:
    """`resumed`: an earlier rotation was ended, and no new key made."""

    key: UUID
    rewrapped: int
    resumed: bool


def rotate_tenant_key(tenant: UUID, *, progress: Progress = lambda done, size: None) -> Rotated:
    """Give a tenant a new key and wrap all its other keys under it. Outside any transaction."""
    with tenant_scope(tenant, using=OWNER):
        lock("ledger.keyring", tenant, exclusive=True, using=OWNER)
        ((current, wrapped),) = _rows(CURRENT, [tenant, tenant, TENANT]) or [(None, b"")]
        if current is None:
            raise AppendRefused("This organisation has no key yet: nothing was ever sealed for it.")
        left = _left(tenant, current)
        key = current if left else _replace(tenant, current, bytes(wrapped))
        size = _left(tenant, key)
    with tenant_scope(tenant):
        opened = keyring.key_in_force(tenant)
        if not left:
            append(type=TYPE, actor=None, subject=None, audit={"key": "tenant", "id": str(key), "keys": size})
    done = 0
    while piece := _rewrap_piece(tenant, opened):
        done += piece
        progress(done, size)
    return Rotated(key, done, resumed=bool(left))


def rotate_node_key(*, progress: Progress = lambda done, size: None) -> Rotated:
    """A new node key, and every key that the old one wrapped under the new one. Outside any transaction."""
    path, directory = settings.ASSENT_NODE_KEY_FILE, all_logs()
    node = NodeKeyProvider.open(path)
    resumed = any(_foreign(node, log) for log in directory)
    if not resumed:
        node = NodeKeyProvider.add(path, configured_service())
    node_key.read_again()
    done = _rewrap_witness(node)
    for number, log in enumerate(directory, start=1):
        with tenant_scope(log.tenant_id, using=OWNER):
            done += sum(_rewrap(node, *each) for each in _node_wrapped(log.tenant_id))
        if not resumed:
            with tenant_scope(log.tenant_id):
                append(type=TYPE, actor=None, subject=None, audit={"key": "node", "id": str(node.key_id)})
        progress(number, len(directory))
    return Rotated(node.key_id, done, resumed)


def _replace(tenant: UUID, current: UUID, wrapped: bytes) -> UUID:
    """Retire the key in force and put a new one in its place; nobody makes a key meanwhile."""
    use, new = f"{RETIRED}{current.hex}", new_id()
    opened = node_key.unwrap(wrapped, keyring.context_of(tenant, current, tenant, TENANT))
    retired = node_key.wrap(opened, keyring.context_of(tenant, current, tenant, use))
    made = node_key.wrap(
        secrets.token_bytes(sealing.KEY_BYTES), keyring.context_of(tenant, new, tenant, TENANT)
    )
    _run(RETIRE, [use, retired, tenant, current])
    _run(INSERT, [tenant, new, tenant, TENANT, made])
    return new


def _left(tenant: UUID, key: UUID) -> int:
    ((count,),) = _rows(f"SELECT count(*) {UNDER_OTHERS}", [tenant, key.bytes])
    return int(count)


def _rewrap_piece(tenant: UUID, wrapping: keyring.SealingKey) -> int:
    with tenant_scope(tenant, using=OWNER):
        rows = wrapped_rows(_rows(PIECE_OF_KEYS, [tenant, wrapping.id.bytes, PIECE]))
        for row in rows:
            with tenant_scope(tenant):
                inner = keyring.unwrap_outer(tenant, row)
            _run(
                REWRAP, [sealing.seal(wrapping.key, wrapping.id, inner, row.context(tenant)), tenant, row.id]
            )
    return len(rows)


Wrapped = tuple[str, list[Any], bytes, Mapping[str, object]]
"""The statement that stores it, its values after the wrapped key, the wrapped key, and what it is bound to."""


def _node_wrapped(tenant: UUID) -> Iterator[Wrapped]:
    """Everything of this tenant that the node's key wraps. In the tenant's scope, as the owner."""
    for key, use, wrapped in _rows(NODE_WRAPPED, [tenant]):
        yield REWRAP, [tenant, key], wrapped, keyring.context_of(tenant, key, tenant, use)
    statement = "UPDATE ledger_log_key SET wrapped = %s WHERE tenant_id = %s AND use = %s"
    for use, wrapped in _rows("SELECT use, wrapped FROM ledger_log_key WHERE tenant_id = %s", [tenant]):
        yield statement, [tenant, use], wrapped, signing_keys.first_context(tenant, use)
    for column, kind in (("wrapped", "signing-key"), ("attested", "signing-key-attested")):
        statement = f"UPDATE ledger_signing_key SET {column} = %s WHERE tenant_id = %s AND id = %s"  # noqa: S608
        select = f"SELECT id, vkey, {column} FROM ledger_signing_key WHERE tenant_id = %s"  # noqa: S608
        for key, vkey, wrapped in _rows(select, [tenant]):
            yield statement, [tenant, key], wrapped, signing_keys.key_context(tenant, vkey, kind)
    statement = "UPDATE ledger_log SET attested = %s WHERE tenant_id = %s"
    select = "SELECT name, origin, vkey, promise_vkey, attested FROM ledger_log WHERE tenant_id = %s"
    for *public, attested in _rows(select, [tenant]):
        yield statement, [tenant], attested, logs.attested_context(logs.Public(tenant, *public))


def _rewrap_witness(node: NodeKeyProvider) -> int:
    statement = "UPDATE ledger_witness_key SET wrapped = %s WHERE name = %s"
    rows = _rows("SELECT name, wrapped FROM ledger_witness_key", [])
    return sum(_rewrap(node, statement, [name], wrapped, witness.key_context(name)) for name, wrapped in rows)


def _rewrap(
    node: NodeKeyProvider, statement: str, values: list[Any], wrapped: bytes, bound: Mapping[str, object]
) -> bool:
    """Whether it was not yet under the key in force."""
    if sealing.key_id_of(bytes(wrapped)) == node.key_id:
        return False
    _run(statement, [node.wrap(node.unwrap(bytes(wrapped), bound), bound), *values])
    return True


def _foreign(node: NodeKeyProvider, log: LogName) -> bool:
    with tenant_scope(log.tenant_id, using=OWNER):
        found = [sealing.key_id_of(bytes(wrapped)) for _, _, wrapped, _ in _node_wrapped(log.tenant_id)]
    return any(each != node.key_id for each in found)


def _rows(statement: str, values: list[Any]) -> Rows:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _run(statement: str, values: list[Any]) -> None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(statement, values)
