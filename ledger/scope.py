"""The scope in which tenant data may be touched, and the locks that order what happens in it.

Row-level security compares each row with two transaction-local settings: `assent.tenant` (the organisation
whose data this is) and `assent.party` (the one person or account whose own rows are asked for across
tenants). They are set inside a transaction and restored on the way out, because a session-level setting
would leak through the connection pool and a transaction-local one outlives a savepoint.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from uuid import UUID

import psycopg
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import ExecStatus, TransactionStatus

from ledger.errors import ScopeError

TENANT, PARTY = "assent.tenant", "assent.party"

# Where the connection remembers what is set.
_ATTRIBUTES = {name: name.replace(".", "_") for name in (TENANT, PARTY)}

_BEGIN: dict[int | None, str] = {
    None: "BEGIN",
    **{level: f"BEGIN ISOLATION LEVEL {level.name.replace('_', ' ')}" for level in psycopg.IsolationLevel},
}

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


def within_tenant(tenant: UUID) -> AbstractContextManager[None]:
    """As `tenant_scope`, but nothing is sent where that scope is open already."""
    return nullcontext() if _setting(TENANT, "default") == str(tenant) else tenant_scope(tenant)


def lone_party() -> UUID | None:
    """The person or account whose scope is open, where no tenant's is."""
    party = _setting(PARTY, "default")
    return _parse(party) if party and not _setting(TENANT, "default") else None


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
    before = "" if outermost else getattr(connection, _ATTRIBUTES[name], "")
    with transaction.atomic(using=using):
        if before != value and not (outermost and _begin_with(connection, name, value)):
            _set(name, value, using)
        try:
            yield
        finally:
            setattr(connection, _ATTRIBUTES[name], before)
            # The end of a transaction ends the setting; so does the rollback of an aborted savepoint.
            if before != value and not outermost and _usable(connection.connection):
                _set(name, before, using)


def _begin_with(wrapper: BaseDatabaseWrapper, name: str, value: str) -> bool:
    """Send BEGIN, which psycopg keeps back until the first statement, in one message with the setting.

    False, and nothing was sent, where somebody asked for a transaction that is read-only or deferrable.
    """
    session: psycopg.Connection | None = wrapper.connection
    if session is None or session.info.transaction_status != TransactionStatus.IDLE:
        return False
    if session.read_only is not None or session.deferrable is not None:
        return False
    # Several statements in one message take no parameters: only a UUID, as UUID writes it, comes into the text.
    message = f"{_BEGIN[session.isolation_level]}; SELECT set_config('{name}', '{_parse(value)}', true)"
    result = session.pgconn.exec_(message.encode())
    if result.status != ExecStatus.TUPLES_OK:
        with wrapper.wrap_database_errors:
            raise psycopg.errors.error_from_result(result)
    setattr(wrapper, _ATTRIBUTES[name], value)
    return True


def _setting(name: str, using: str) -> str:
    connection = connections[using]
    return getattr(connection, _ATTRIBUTES[name], "") if connection.in_atomic_block else ""


def _set(name: str, value: str, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
    setattr(connections[using], _ATTRIBUTES[name], value)


def _usable(connection: psycopg.Connection | None) -> bool:
    return connection is not None and connection.info.transaction_status == TransactionStatus.INTRANS
