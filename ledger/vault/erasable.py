"""A key of one owner, wrapped under her share of the node's erasure generation: the inner of its two wrappings.

The outer one is the tenant's (vault/keyring.py), so that neither the file of generations nor the node's key opens
anything without the other.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from ledger.errors import SealError, ShareForgotten
from ledger.vault import generations, sealing

LAYER = {"layer": "erasure"}


def wrap(tenant: UUID, owner: UUID, key: bytes, context: Mapping[str, object]) -> tuple[UUID, bytes]:
    """Under the generation in force, whose id comes first. Raises ShareForgotten for an owner who was erased."""
    generation = generations.opened(generations_file())[0]
    share = _share(generation, tenant, owner)
    return generation.id, sealing.seal(share, generation.id, key, {**context, **LAYER})


def unwrap(
    tenant: UUID, owner: UUID, generation: UUID, wrapped: bytes, context: Mapping[str, object]
) -> bytes:
    """Raises ShareForgotten for an owner who was erased, SealError where the file is not the one that it must be."""
    share = _share(generations.named(generations_file(), generation), tenant, owner)
    return sealing.unseal(share, wrapped, {**context, **LAYER})


def generations_file() -> Path:
    """A local node makes its own on first use; any other must be given one (see checks)."""
    path: Path = settings.ASSENT_ERASURE_FILE
    if settings.LOCAL:
        _make(path)
    return path


@cache
def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        generations.create(path)
    except SealError:
        if not path.exists():
            raise


def _share(generation: generations.Generation, tenant: UUID, owner: UUID) -> bytes:
    share = generation.share(tenant, owner)
    if share is None:
        raise ShareForgotten(
            "The owner of this key was erased: it stays closed, in every copy of the database."
        )
    return share
