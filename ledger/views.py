"""The public face of a log: its checkpoint and its hash tiles (C2SP tlog-tiles). No entry is shown here."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ledger import selectors
from ledger.errors import LedgerError, UnknownEntry
from ledger.scope import tenant_scope
from ledger.selectors.rows import query
from ledger.stored_tiles import stored_tile
from ledger.tiles import FULL_WIDTH, parse_tile_path, tile_width

IMMUTABLE = "public, max-age=31536000, immutable"


@require_safe
def checkpoint(request: HttpRequest, name: str) -> HttpResponse:
    """GET /log/<name>/checkpoint: the newest signed tree head."""
    try:
        with tenant_scope(selectors.log_named(name).tenant_id):
            note = selectors.checkpoint_note()
    except LedgerError as error:
        return _refusal(error)
    return HttpResponse(note, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})


@require_safe
def tile(request: HttpRequest, name: str, path: str) -> HttpResponse:
    """GET /log/<name>/tile/<L>/<N>[.p/<W>]: 32 bytes for each hash; nothing beyond the newest checkpoint."""
    try:
        hashes = _published_tile(name, path)
    except LedgerError as error:
        return _refusal(error)
    return HttpResponse(hashes, content_type="application/octet-stream", headers={"Cache-Control": IMMUTABLE})


def _published_tile(name: str, path: str) -> bytes:
    asked = parse_tile_path(f"tile/{path}")
    log = selectors.log_named(name)
    with tenant_scope(log.tenant_id):
        size = selectors.log_status().size
        published = tile_width(asked.level, asked.index, size) if asked.level is not None else 0
        # A partial tile stays available when it has grown: a client may hold the checkpoint before.
        if asked.width > published or not 1 <= asked.width <= FULL_WIDTH:
            raise UnknownEntry("The log has not published that tile.")
        return stored_tile(query, log.tenant_id, asked)


def _refusal(error: LedgerError) -> HttpResponse:
    return HttpResponse(f"{error}\n", status=error.status, content_type="text/plain; charset=utf-8")
