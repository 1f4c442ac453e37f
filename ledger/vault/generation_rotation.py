"""Rotating the erasure generation: everybody's keys under a new one, and the old ones destroyed.

Online, in pieces, and resumable, as vault/rotation.py is. A new generation makes worthless whatever copies of the old
one there are, as far as newer backups of the database go; keys that were made before there were generations come under
one. What was retired is kept for as long as backups that need it, and then destroyed by the next call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connections

from ledger.errors import ShareForgotten
from ledger.scope import lock, tenant_scope
from ledger.selectors import logs as all_logs
from ledger.services import append
from ledger.vault import erasable, generations, keyring, sealing
from ledger.vault.keyring import WRAPPED, Wrapped, wrapped_rows
from ledger.vault.rotation import OWNER, PIECE, TYPE, Progress

UNDER_OTHERS = """
FROM ledger_key WHERE tenant_id = %s AND owner <> tenant_id AND generation IS DISTINCT FROM %s
"""
PIECE_OF_KEYS = f"SELECT {WRAPPED} {UNDER_OTHERS} ORDER BY id LIMIT %s FOR UPDATE"
REWRAP = """
UPDATE ledger_key SET wrapped = %s, generation = %s,
    bare_until = CASE WHEN generation IS NULL THEN clock_timestamp() ELSE bare_until END
WHERE tenant_id = %s AND id = %s
"""
DESTROY = "DELETE FROM ledger_key WHERE tenant_id = %s AND id = %s"


@dataclass(frozen=True, slots=True)
class RotatedGeneration:
    """`resumed`: an earlier rotation was ended, and no new one begun. `kept` until backups that need them expired."""

    generation: UUID
    rewrapped: int
    resumed: bool
    kept: int
    destroyed: Sequence[UUID]


def rotate_generation(
    *, destroy_old: bool = False, progress: Progress = lambda done, size: None
) -> RotatedGeneration:
    """A new generation, and everybody's keys under it. Outside any transaction.

    `destroy_old`: at once; then backups of the database from before open nothing of anybody, and are to be deleted.
    """
    path, tenants = erasable.generations_file(), [log.tenant_id for log in all_logs()]
    current = generations.opened(path)[0].id
    resumed = any(_left(tenant, current) for tenant in tenants)
    if not resumed:
        current = generations.begin(path).id
    done = 0
    for number, tenant in enumerate(tenants, start=1):
        done += _rewrap(tenant, current)
        if not resumed:
            with tenant_scope(tenant):
                append(type=TYPE, actor=None, subject=None, audit={"key": "generation", "id": str(current)})
        progress(number, len(tenants))
    now = datetime.now(UTC)
    generations.retire(path, now)
    kept_for = timedelta() if destroy_old else timedelta(days=settings.ASSENT_BACKUP_DAYS)
    destroyed = generations.destroy(path, now - kept_for)
    return RotatedGeneration(current, done, resumed, len(generations.opened(path)) - 1, destroyed)


def _left(tenant: UUID, generation: UUID) -> bool:
    with tenant_scope(tenant, using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT {UNDER_OTHERS})", [tenant, generation])
        return bool(cursor.fetchone()[0])


def _rewrap(tenant: UUID, generation: UUID) -> int:
    with tenant_scope(tenant, using=OWNER):
        # Whoever makes a key under the generation of before ends first; whoever comes later takes the new one.
        lock("ledger.keyring", tenant, exclusive=True, using=OWNER)
    done = 0
    while piece := _rewrap_piece(tenant, generation):
        done += piece
    return done


def _rewrap_piece(tenant: UUID, generation: UUID) -> int:
    with tenant_scope(tenant, using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(PIECE_OF_KEYS, [tenant, generation, PIECE])
        rows = wrapped_rows(cursor.fetchall())
        for row in rows:
            try:
                wrapped, under = _anew(tenant, row)
            except ShareForgotten:  # of somebody who was erased: nothing opens it any more
                cursor.execute(DESTROY, [tenant, row.id])
                continue
            cursor.execute(REWRAP, [wrapped, under, tenant, row.id])
    return len(rows)


def _anew(tenant: UUID, row: Wrapped) -> tuple[bytes, UUID]:
    """Only the inner wrapping changes: it stays under the same key of the tenant."""
    context = row.context(tenant)
    with tenant_scope(tenant):
        generation, inner = erasable.wrap(tenant, row.owner, keyring.unwrap_row(tenant, row), context)
        outer = keyring.wrapping_key(tenant, sealing.key_id_of(row.wrapped))
    return sealing.seal(outer.key, outer.id, inner, context), generation
