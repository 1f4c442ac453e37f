"""Style, script, pictures, fonts: compressed once, kept by browsers for ever, under an address that changes with them.

The address holds one fingerprint of all files (settings.STATIC_URL), so that what they refer to each other by stays
relative, and nothing has to be collected or rewritten before a node can start.
"""

import gzip
import hashlib
import secrets
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]
from whitenoise.responders import StaticFile  # type: ignore[import-untyped]

COMPRESSED = frozenset({".css", ".js", ".svg", ".json", ".map", ".html", ".txt"})
SMALLEST = 500  # bytes; below it the compressed copy is not smaller by much


class Static(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise, with compressed copies in the node's own folder: what it serves may lie where it must not write."""

    def immutable_file_test(self, path: str, url: str) -> bool:
        return not settings.DEBUG and url.startswith(self.static_prefix)

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        copy = "" if settings.DEBUG else compressed(Path(path))
        if not copy:
            return super().get_static_file(path, url, stat_cache)
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        return StaticFile(path, headers.items(), encodings={"gzip": copy})


def compressed(path: Path) -> str:
    """The compressed copy of a file, made where there is none; "" if it should not be, or cannot be written."""
    if path.suffix not in COMPRESSED or path.stat().st_size < SMALLEST:
        return ""
    content = path.read_bytes()
    folder = settings.VAR_DIR / "compressed"
    copy = folder / f"{hashlib.sha256(content).hexdigest()[:32]}.gz"
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.{secrets.token_hex(4)}")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(gzip.compress(content, 9, mtime=0))
            draft.replace(copy)
        except OSError:
            return ""
    return str(copy)
