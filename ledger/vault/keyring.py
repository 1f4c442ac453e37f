"""The sealing keys of the tenant in scope: one per owner and use, made on first use, unwrapped once a process.

An owner is a person, or the tenant itself. Keys of people are wrapped under the erasure generation, which can forget
one of them (vault/erasable.py), all keys of owners by the tenant's key, that one by the node's. In the database only
wrapped keys stand; losing the node's key, or the generations, loses everything (vault/provider.py).
"""

import hmac
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from ledger.committed import Committed
from ledger.errors import ERASED, SealError, ShareForgotten, SubjectErased, UnknownKey
from ledger.identity import new_id
from ledger.scope import current_tenant, lock, tenant_scope, within_tenant
from ledger.vault import erasable, node_key, sealing

TENANT = "tenant"
"""The use of the key that wraps the tenant's other keys."""

RETIRED = "tenant."
"""How the use of a key begins that did so before a rotation; its id follows."""


WRAPPING = "id = %s AND owner = %s AND (use = %s OR use LIKE %s)"


class SealingKey(NamedTuple):
    id: UUID
    owner: UUID
    key: bytes


Keys = Mapping[UUID, SealingKey]
"""Keys in hand, by their ids."""

WRAPPED = "id, owner, use, wrapped, generation"


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A row of ledger_key, by WRAPPED. `generation`: None for the tenant's own keys, and those from before."""

    id: UUID
    owner: UUID
    use: str
    wrapped: bytes
    generation: UUID | None

    def context(self, tenant: UUID) -> dict[str, object]:
        return context_of(tenant, self.id, self.owner, self.use)


_UNKNOWN = "The key of this seal is not in the vault. If the owner was erased, this stays closed."

_by_use: Committed[tuple[UUID, UUID, str], SealingKey] = Committed()
_by_id: Committed[tuple[UUID, UUID], SealingKey] = Committed()


def seal(owner: UUID, use: str, plaintext: bytes, aad: sealing.Aad, *, tenant: UUID | None = None) -> bytes:
    """Seal under the owner's key for `use` ("record", "ledger:2026"); `aad` is bound, see vault/sealing.py.

    `tenant`: whose keys, where the caller knows it already; its scope is opened only if the key is not known.
    """
    key = _key_for(tenant or current_tenant(), owner, use)
    return sealing.seal(key.key, key.id, plaintext, aad)


def unseal(owner: UUID, sealed: bytes, aad: sealing.Aad, *, tenant: UUID | None = None) -> bytes:
    """Open what was sealed for this owner. Raises SealError if it was sealed for somebody else.

    `tenant`: whose key was loaded before; nothing is asked of the database then, and no scope is needed.
    """
    return _unseal(_key_of(sealed, tenant), owner, sealed, aad)


def unseal_with(keys: Keys, owner: UUID, sealed: bytes, aad: sealing.Aad) -> bytes:
    """As `unseal`, with one of the keys that `load` gave. Raises UnknownKey if it is none of them."""
    key = keys.get(sealing.key_id_of(sealed))
    if key is None:
        raise UnknownKey(_UNKNOWN)
    return _unseal(key, owner, sealed, aad)


def _unseal(key: SealingKey, owner: UUID, sealed: bytes, aad: sealing.Aad) -> bytes:
    if key.owner != owner:
        raise SealError("The seal belongs to another owner than the one who was named.")
    return sealing.unseal(key.key, sealed, aad)


def open_seal(sealed: bytes, aad: Mapping[str, object], *, tenant: UUID | None = None) -> bytes:
    """Open what was sealed for whichever owner in this tenant; `aad` must name whose it is."""
    return sealing.unseal(_key_of(sealed, tenant).key, sealed, aad)


def reveal(sealed: bytes) -> bytes:
    """The key that discloses this sealing alone."""
    return sealing.reveal_key(_key_of(sealed).key, sealed)


def mac_key(owner: UUID, use: str) -> bytes:
    """32 bytes for keyed hashes, such as search tokens."""
    key = _key_for(current_tenant(), owner, use)
    return hmac.digest(key.key, b"assent/mac/v1\n" + use.encode(), "sha256")


def load(sealings: Collection[bytes], *, tenant: UUID | None = None) -> Keys:
    """The keys of many sealings, in one query if one is not known yet. One that is not there is left out; what else
    is wrong with a sealing is said when it is opened.

    `tenant`: whose scope is opened for it, only if a key is missing; without it, the one in scope.
    """
    scope = tenant_scope(tenant) if tenant else nullcontext()
    tenant = tenant or current_tenant()
    wanted = sealing.key_ids_of(sealings)
    keys = {key_id: key for key_id in wanted if (key := _by_id.get((tenant, key_id)))}
    if missing := [key_id for key_id in wanted if key_id not in keys]:
        with suppress(SealError), scope:
            keys |= {key.id: key for key in _read(tenant, "id = ANY(%s)", [missing])}
    return keys


def key_in_force(tenant: UUID) -> SealingKey:
    """The key that wraps the others of this tenant now, in its scope; from the database, not from memory."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM ledger_key WHERE tenant_id = %s AND owner = %s AND use = %s",
            [tenant, tenant, TENANT],
        )
        row = cursor.fetchone()
    if row is None:
        return _make(tenant, tenant, TENANT)
    return wrapping_key(tenant, row[0])


def _key_for(tenant: UUID, owner: UUID, use: str) -> SealingKey:
    known = _by_use.get((tenant, owner, use))
    if known:
        return known
    with within_tenant(tenant):
        found = _read(tenant, "owner = %s AND use = %s", [owner, use])
        return found[0] if found else _make(tenant, owner, use)


def _key_of(sealed: bytes, tenant: UUID | None = None) -> SealingKey:
    tenant, key_id = tenant or current_tenant(), sealing.key_id_of(sealed)
    known = _by_id.get((tenant, key_id))
    if known:
        return known
    found = _read(tenant, "id = %s", [key_id])
    if not found:
        raise UnknownKey(_UNKNOWN)
    return found[0]


def _read(tenant: UUID, condition: str, parameters: list[Any]) -> list[SealingKey]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {WRAPPED} FROM ledger_key WHERE tenant_id = %s AND {condition}",  # noqa: S608
            [tenant, *parameters],
        )
        rows = wrapped_rows(cursor.fetchall())
    keys = []
    for row in rows:
        key_id, owner, use = row.id, row.owner, row.use
        try:
            key = SealingKey(key_id, owner, unwrap_row(tenant, row))
        except ShareForgotten:
            continue  # she was erased, and the row is of a copy from before: as if it were not there
        _by_use.keep((tenant, owner, use), key)
        _by_id.keep((tenant, key_id), key)
        keys.append(key)
    return keys


def _make(tenant: UUID, owner: UUID, use: str) -> SealingKey:
    lock("ledger.keyring", tenant, exclusive=False)  # an erasure or rotation waits for it, or it for them
    key = SealingKey(new_id(), owner, secrets.token_bytes(sealing.KEY_BYTES))
    try:
        generation, wrapped = _wrap(tenant, key, use)
    except ShareForgotten:
        raise SubjectErased(ERASED) from None
    with connection.cursor() as cursor:
        # A second writer waits here for the first one's commit, and then takes the key that is there.
        cursor.execute(
            "INSERT INTO ledger_key (tenant_id, id, owner, use, wrapped, generation) SELECT %s, %s, %s, %s, %s, %s"
            " WHERE NOT EXISTS (SELECT FROM ledger_erasure WHERE tenant_id = %s AND party = %s)"
            " ON CONFLICT (tenant_id, owner, use) DO NOTHING",
            [tenant, key.id, owner, use, wrapped, generation, tenant, owner],
        )
        made = cursor.rowcount == 1
    if not made:
        found = _read(tenant, "owner = %s AND use = %s", [owner, use])
        if not found:
            raise SubjectErased(ERASED)
        return found[0]
    _by_use.made((tenant, owner, use), key)
    _by_id.made((tenant, key.id), key)
    return key


def _wrap(tenant: UUID, key: SealingKey, use: str) -> tuple[UUID | None, bytes]:
    """The generation, if it is under one, and the wrapped key."""
    context = context_of(tenant, key.id, key.owner, use)
    if use == TENANT:
        return None, node_key.wrap(key.key, context)
    generation, inner = (
        erasable.wrap(tenant, key.owner, key.key, context) if key.owner != tenant else (None, key.key)
    )
    # Not from memory: it may have been rotated since, and nothing may be wrapped under a retired key.
    wrapping = key_in_force(tenant)
    return generation, sealing.seal(wrapping.key, wrapping.id, inner, context)


def wrapped_rows(rows: Iterable[Sequence[Any]]) -> list[Wrapped]:
    return [Wrapped(key, owner, use, bytes(wrapped), gen) for key, owner, use, wrapped, gen in rows]


def unwrap_row(tenant: UUID, row: Wrapped) -> bytes:
    """The key of a row of ledger_key, in the tenant's scope. Raises ShareForgotten for an owner who was erased."""
    inner = unwrap_outer(tenant, row)
    if row.generation is None:
        return inner
    return erasable.unwrap(tenant, row.owner, row.generation, inner, row.context(tenant))


def unwrap_outer(tenant: UUID, row: Wrapped) -> bytes:
    """What the tenant's or the node's key wraps: the key, or what it is under its generation."""
    if row.use == TENANT or row.use.startswith(RETIRED):
        return node_key.unwrap(row.wrapped, row.context(tenant))
    return sealing.unseal(
        wrapping_key(tenant, sealing.key_id_of(row.wrapped)).key, row.wrapped, row.context(tenant)
    )


def wrapping_key(tenant: UUID, key_id: UUID) -> SealingKey:
    """One of the tenant's own that wraps or wrapped others. Raises UnknownKey for any other kind of key."""
    found = [known] if (known := _by_id.get((tenant, key_id))) else []
    found = found or _read(tenant, WRAPPING, [key_id, tenant, TENANT, f"{RETIRED}%"])
    if not found or found[0].owner != tenant:
        raise UnknownKey("The key that wraps this one is not among the organisation's.")
    return found[0]


def context_of(tenant: UUID, key_id: UUID, owner: UUID, use: str) -> dict[str, object]:
    return {"kind": "key", "tenant": str(tenant), "id": str(key_id), "owner": str(owner), "use": use}
