"""Opening a tenant's log, and finding it again: names, public keys, and the private keys that sign."""

from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from ledger.committed import Committed
from ledger.cosignature import MlDsaSigner
from ledger.entry import check_origin
from ledger.errors import AppendRefused, LogExists
from ledger.models import Log, LogKey
from ledger.note import Ed25519Signer
from ledger.scope import tenant_scope, within_tenant
from ledger.signing_keys import add_key, first_context
from ledger.vault import node_key

LOG, PROMISE = "log", "promise"


class OpenLog(NamedTuple):
    """What appending needs of a log: its origin, and the key that signs promises."""

    origin: str
    promises: Ed25519Signer


class Public(NamedTuple):
    """What a log was opened with. A seal under the node's key proves that this node gave it to the tenant."""

    tenant_id: UUID
    name: str
    origin: str
    vkey: str
    promise_vkey: str


_open: Committed[UUID, OpenLog] = Committed()


def open_log(*, tenant: UUID, name: str) -> None:
    """Give a tenant its log `name` and the keys that sign in it. Raises LogExists; a name is never reused."""
    origin = settings.ASSENT_LOG_ORIGIN_PREFIX + name
    check_origin(origin)
    signer, promises = Ed25519Signer.generate(origin), Ed25519Signer.generate(f"{origin}/promise")
    try:
        with transaction.atomic(), tenant_scope(tenant):
            public = Public(tenant, name, origin, signer.vkey, promises.vkey)
            Log.objects.create(**public._asdict(), attested=node_key.wrap(b"", attested_context(public)))
            for use, key in ((LOG, signer), (PROMISE, promises)):
                wrapped = node_key.wrap(key.seed, first_context(tenant, use))
                LogKey.objects.create(tenant_id=tenant, use=use, wrapped=wrapped)
            add_key(tenant, MlDsaSigner.generate(origin))
            _open.made(tenant, OpenLog(origin, promises))
    except IntegrityError as error:
        raise LogExists("That organisation or name has a log already. Nothing was changed.") from error


def log_for_append(tenant: UUID) -> OpenLog:
    """Cached once committed. Raises AppendRefused if the tenant has no log."""
    known = _open.get(tenant)
    if known:
        return known
    with within_tenant(tenant), connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.origin, l.promise_vkey, k.wrapped FROM ledger_log l"
            " JOIN ledger_log_key k USING (tenant_id) WHERE tenant_id = %s AND k.use = %s",
            [tenant, PROMISE],
        )
        row = cursor.fetchone()
    if row is None:
        raise AppendRefused("This organisation has no ledger, so nothing may happen to its records.")
    origin, vkey, wrapped = row
    log = OpenLog(origin, _signer(vkey, tenant, PROMISE, bytes(wrapped)))
    _open.keep(tenant, log)
    return log


def public_log(tenant: UUID) -> Public:
    """The log's public names and keys, if they are those that it was opened with. Raises SealError."""
    log = Log.objects.get(tenant_id=tenant)
    public = Public(tenant, log.name, log.origin, log.vkey, log.promise_vkey)
    node_key.unwrap(bytes(log.attested), attested_context(public))
    return public


def _signer(vkey: str, tenant: UUID, use: str, wrapped: bytes) -> Ed25519Signer:
    signer = Ed25519Signer(vkey.partition("+")[0], node_key.unwrap(wrapped, first_context(tenant, use)))
    if signer.vkey != vkey:
        raise AppendRefused("The log's key is not the one that it publishes. It must not sign.")
    return signer


def attested_context(public: Public) -> dict[str, object]:
    return {"kind": "log", **public._asdict(), "tenant_id": str(public.tenant_id)}
