"""The scope in which tenant data may be touched, and the locks that order what happens in it.

Row-level security compares each row with two transaction-local settings: `assent.tenant` (the organisation
whose data this is) and `assent.party` (the one person or account whose own rows are asked for across
tenants). They are set inside a transaction and restored on the way out, because a session-level setting
would leak through the connection pool and a transaction-local one outlives a savepoint.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from uuid import UUID

import psycopg
from django.db import connections, transaction
from psycopg.pq import TransactionStatus

from ledger.errors import ScopeError

TENANT, PARTY = "assent.tenant", "assent.party"

_parse = lru_cache(maxsize=1024)(UUID)


@contextmanager
def tenant_scope(tenant: UUID, *, using: str = "default") -> Iterator[None]:
    """Run a transaction on the rows of one tenant. Refuses to open inside another tenant's scope."""
    if _setting(TENANT, using) not in ("", str(tenant)):
        raise ScopeError("A scope of another organisation is still open. Close it before you open this one.")
    with _setting_as(TENANT, str(tenant), using):
        yield


@contextmanager
def party_scope(party: UUID, *, using: str = "default") -> Iterator[None]:
    """Run a transaction on the rows that belong to one person or account, at whichever tenant they are."""
    with _setting_as(PARTY, str(party), using):
        yield


def current_tenant(*, using: str = "default") -> UUID:
    """The tenant whose scope is open on this connection. Raises ScopeError if none is."""
    tenant = _setting(TENANT, using)
    if not tenant:
        raise ScopeError("No organisation's scope is open. Nothing was read or written.")
    return _parse(tenant)


def lock(name: str, key: UUID | str, *, exclusive: bool, using: str = "default") -> None:
    """Take a transaction-long advisory lock on `name` and `key`; many may share it, one may exclude all."""
    locks([(name, key)], exclusive=exclusive, using=using)


def locks(keys: Sequence[tuple[str, UUID | str]], *, exclusive: bool, using: str = "default") -> None:
    """Take several locks in their order, in one statement.

    Refuses to run outside a transaction, where they would be gone before the next statement.
    """
    connection = connections[using]
    if not connection.in_atomic_block:
        raise ScopeError("A lock was asked for outside a transaction, where it would hold nothing.")
    function = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
    calls = ", ".join([f"{function}(hashtextextended(%s, 0))"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [f"{name}:{key}" for name, key in keys])


@contextmanager
def _setting_as(name: str, value: str, using: str) -> Iterator[None]:
    connection = connections[using]
    outermost = not connection.in_atomic_block
    before = _setting(name, using)
    with transaction.atomic(using=using):
        if before != value:
            _set(name, value, using)
        try:
            yield
        finally:
            setattr(connection, _attribute(name), before)
            # The end of a transaction ends the setting; so does the rollback of an aborted savepoint.
            if before != value and not outermost and _usable(connection.connection):
                _set(name, before, using)


def _setting(name: str, using: str) -> str:
    connection = connections[using]
    return getattr(connection, _attribute(name), "") if connection.in_atomic_block else ""


def _set(name: str, value: str, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
    setattr(connections[using], _attribute(name), value)


def _usable(connection: psycopg.Connection | None) -> bool:
    return connection is not None and connection.info.transaction_status == TransactionStatus.INTRANS


def _attribute(name: str) -> str:
    return name.replace(".", "_")
