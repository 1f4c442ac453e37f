"""The node's key, as this process uses it: from the file, read once, and again when another key was added to it."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from ledger.errors import SealError
from ledger.vault.provider import NodeKeyProvider


def wrap(key: bytes, context: Mapping[str, object]) -> bytes:
    """Wrap a key of the node itself, such as one that signs."""
    return _provider().wrap(key, context)


def unwrap(wrapped: bytes, context: Mapping[str, object]) -> bytes:
    return _provider(wrapped).unwrap(wrapped, context)


def read_again() -> None:
    """After a key was added: this process wraps under it from now on."""
    _open.cache_clear()


def secret(label: str) -> bytes:
    """32 bytes for one purpose of the node itself, which stand as long as its key does."""
    return _provider().derive(label)


def _provider(wrapped: bytes | None = None) -> NodeKeyProvider:
    """The node's keys; read again where `wrapped` names one that was added since this process read them."""
    path = settings.ASSENT_NODE_KEY_FILE
    provider = _open(path)
    if wrapped is not None and not provider.knows(wrapped):
        _open.cache_clear()
        provider = _open(path)
    return provider


@lru_cache(maxsize=4)
def _open(path: Path) -> NodeKeyProvider:
    """A local node makes its key on first use; any other must be given one (see checks)."""
    if not path.exists() and settings.LOCAL:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return NodeKeyProvider.create(path)
        except SealError:
            pass  # another process was first
    return NodeKeyProvider.open(path)
