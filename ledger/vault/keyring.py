"""The sealing keys of the tenant in scope: one per owner and use, made on first use, unwrapped once a process.

An owner is a person, or the tenant itself. Keys of owners are wrapped by the tenant's key, that one by the
node's. In the database only wrapped keys stand; losing the node's key loses everything (vault/provider.py).
"""

import hmac
import secrets
from collections.abc import Collection, Mapping
from contextlib import nullcontext, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from ledger.committed import Committed
from ledger.errors import ERASED, FormatError, SealError, SubjectErased, UnknownKey
from ledger.identity import new_id
from ledger.scope import current_tenant, lock, tenant_scope
from ledger.vault import sealing
from ledger.vault.provider import NodeKeyProvider

TENANT = "tenant"
"""The use of the key that wraps the tenant's other keys."""

RETIRED = "tenant."
"""How the use of a key begins that did so before a rotation; its id follows."""


WRAPPING = "id = %s AND owner = %s AND (use = %s OR use LIKE %s)"


class SealingKey(NamedTuple):
    id: UUID
    owner: UUID
    key: bytes


_by_use: Committed[tuple[UUID, UUID, str], SealingKey] = Committed()
_by_id: Committed[tuple[UUID, UUID], SealingKey] = Committed()


def seal(
    owner: UUID, use: str, plaintext: bytes, aad: Mapping[str, object], *, tenant: UUID | None = None
) -> bytes:
    """Seal under the owner's key for `use` ("record", "ledger:2026"); `aad` is bound, see vault/sealing.py.

    `tenant`: the one in scope, where the caller knows it already.
    """
    key = _key_for(tenant or current_tenant(), owner, use)
    return sealing.seal(key.key, key.id, plaintext, aad)


def unseal(owner: UUID, sealed: bytes, aad: Mapping[str, object], *, tenant: UUID | None = None) -> bytes:
    """Open what was sealed for this owner. Raises SealError if it was sealed for somebody else.

    `tenant`: whose key was loaded before; nothing is asked of the database then, and no scope is needed.
    """
    key = _key_of(sealed, tenant)
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


def load(sealings: Collection[bytes], *, tenant: UUID | None = None) -> None:
    """Fetch the keys of many sealings in one query. What is wrong with one is said when that one is opened.

    `tenant`: whose scope is opened for it, only if a key is missing; without it, the one in scope.
    """
    scope = tenant_scope(tenant) if tenant else nullcontext()
    tenant = tenant or current_tenant()
    missing = set()
    for sealed in sealings:
        with suppress(FormatError):
            key_id = sealing.key_id_of(sealed)
            if _by_id.get((tenant, key_id)) is None:
                missing.add(key_id)
    if missing:
        with suppress(SealError), scope:
            _read(tenant, "id = ANY(%s)", [list(missing)])


def wrap(key: bytes, context: Mapping[str, object]) -> bytes:
    """Wrap a key of the node itself, such as one that signs."""
    return _node_key().wrap(key, context)


def unwrap(wrapped: bytes, context: Mapping[str, object]) -> bytes:
    return _node_key(wrapped).unwrap(wrapped, context)


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
    return _wrapping_key(tenant, row[0])


def read_node_key_again() -> None:
    """After a key was added: this process wraps under it from now on."""
    _open_node_key.cache_clear()


def node_secret(label: str) -> bytes:
    """32 bytes for one purpose of the node itself, which stand as long as its key does."""
    return _node_key().derive(label)


def _key_for(tenant: UUID, owner: UUID, use: str) -> SealingKey:
    known = _by_use.get((tenant, owner, use))
    if known:
        return known
    found = _read(tenant, "owner = %s AND use = %s", [owner, use])
    return found[0] if found else _make(tenant, owner, use)


def _key_of(sealed: bytes, tenant: UUID | None = None) -> SealingKey:
    tenant, key_id = tenant or current_tenant(), sealing.key_id_of(sealed)
    known = _by_id.get((tenant, key_id))
    if known:
        return known
    found = _read(tenant, "id = %s", [key_id])
    if not found:
        raise UnknownKey(
            "The key of this seal is not in the vault. If the owner was erased, this stays closed."
        )
    return found[0]


def _read(tenant: UUID, condition: str, parameters: list[Any]) -> list[SealingKey]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, owner, use, wrapped FROM ledger_key WHERE tenant_id = %s AND {condition}",  # noqa: S608
            [tenant, *parameters],
        )
        rows = cursor.fetchall()
    keys = []
    for key_id, owner, use, wrapped in rows:
        key = SealingKey(key_id, owner, unwrap_for(tenant, key_id, owner, use, bytes(wrapped)))
        _by_use.keep((tenant, owner, use), key)
        _by_id.keep((tenant, key_id), key)
        keys.append(key)
    return keys


def _make(tenant: UUID, owner: UUID, use: str) -> SealingKey:
    lock("ledger.keyring", tenant, exclusive=False)  # an erasure or rotation waits for it, or it for them
    key = SealingKey(new_id(), owner, secrets.token_bytes(sealing.KEY_BYTES))
    wrapped = _wrap(tenant, key, use)
    with connection.cursor() as cursor:
        # A second writer waits here for the first one's commit, and then takes the key that is there.
        cursor.execute(
            "INSERT INTO ledger_key (tenant_id, id, owner, use, wrapped) SELECT %s, %s, %s, %s, %s"
            " WHERE NOT EXISTS (SELECT FROM ledger_erasure WHERE tenant_id = %s AND party = %s)"
            " ON CONFLICT (tenant_id, owner, use) DO NOTHING",
            [tenant, key.id, owner, use, wrapped, tenant, owner],
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


def _wrap(tenant: UUID, key: SealingKey, use: str) -> bytes:
    context = context_of(tenant, key.id, key.owner, use)
    if use == TENANT:
        return _node_key().wrap(key.key, context)
    # Not from memory: it may have been rotated since, and nothing may be wrapped under a retired key.
    wrapping = key_in_force(tenant)
    return sealing.seal(wrapping.key, wrapping.id, key.key, context)


def unwrap_for(tenant: UUID, key_id: UUID, owner: UUID, use: str, wrapped: bytes) -> bytes:
    """The key of a row of ledger_key, in the tenant's scope."""
    context = context_of(tenant, key_id, owner, use)
    if use == TENANT or use.startswith(RETIRED):
        return _node_key(wrapped).unwrap(wrapped, context)
    return sealing.unseal(_wrapping_key(tenant, sealing.key_id_of(wrapped)).key, wrapped, context)


def _wrapping_key(tenant: UUID, key_id: UUID) -> SealingKey:
    """One of the tenant's own that wraps or wrapped others. Raises UnknownKey for any other kind of key."""
    found = [known] if (known := _by_id.get((tenant, key_id))) else []
    found = found or _read(tenant, WRAPPING, [key_id, tenant, TENANT, f"{RETIRED}%"])
    if not found or found[0].owner != tenant:
        raise UnknownKey("The key that wraps this one is not among the organisation's.")
    return found[0]


def context_of(tenant: UUID, key_id: UUID, owner: UUID, use: str) -> dict[str, object]:
    return {"kind": "key", "tenant": str(tenant), "id": str(key_id), "owner": str(owner), "use": use}


def _node_key(wrapped: bytes | None = None) -> NodeKeyProvider:
    """The node's keys; read again where `wrapped` names one that was added since this process read them."""
    path = settings.ASSENT_NODE_KEY_FILE
    provider = _open_node_key(path)
    if wrapped is not None and not provider.knows(wrapped):
        _open_node_key.cache_clear()
        provider = _open_node_key(path)
    return provider


@lru_cache(maxsize=4)
def _open_node_key(path: Path) -> NodeKeyProvider:
    """A local node makes its key on first use; any other must be given one (see checks)."""
    if not path.exists() and settings.LOCAL:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return NodeKeyProvider.create(path)
        except SealError:
            pass  # another process was first
    return NodeKeyProvider.open(path)
