"""The face of a log (C2SP tlog-tiles): its checkpoint and hash tiles are public, its entries are for auditors."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ledger import selectors
from ledger.errors import LedgerError, UnknownEntry
from ledger.registry import may_read_entries
from ledger.scope import tenant_scope
from ledger.selectors.rows import query
from ledger.stored_tiles import stored_bundle, stored_tile
from ledger.tiles import FULL_WIDTH, Tile, parse_tile_path, tile_width

IMMUTABLE = "public, max-age=31536000, immutable"
PRIVATE = "private, no-store"


@require_safe
def checkpoint(request: HttpRequest, name: str) -> HttpResponse:
    """GET /log/<name>/checkpoint: the newest signed tree head."""
    try:
        with tenant_scope(selectors.log_named(name).tenant_id):
            note = selectors.checkpoint_note()
    except LedgerError as error:
        return refusal(error)
    return HttpResponse(note, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})


@require_safe
def tile(request: HttpRequest, name: str, path: str) -> HttpResponse:
    """GET /log/<name>/tile/<L>/<N>[.p/<W>]: 32 bytes for each hash; nothing beyond the newest checkpoint.

    GET /log/<name>/tile/entries/<N>[.p/<W>]: the entries, each behind its length. Pseudonyms and times are
    personal data: who is not an auditor of this log is told what a stranger is told of a log without entries.
    """
    try:
        asked = parse_tile_path(f"tile/{path}")
        tenant = selectors.log_named(name).tenant_id
        entries = asked.level is None
        if entries and not may_read_entries(request, tenant):
            raise UnknownEntry("The log has not published that tile.")
        content = _published_tile(tenant, asked)
    except LedgerError as error:
        return refusal(error)
    headers = {"Cache-Control": PRIVATE if entries else IMMUTABLE}
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)


def _published_tile(tenant: UUID, asked: Tile) -> bytes:
    with tenant_scope(tenant):
        published = tile_width(asked.level, asked.index, selectors.log_status().size)
        # A partial tile stays available when it has grown: a client may hold the checkpoint before.
        if asked.width > published or not 1 <= asked.width <= FULL_WIDTH:
            raise UnknownEntry("The log has not published that tile.")
        stored = stored_bundle if asked.level is None else stored_tile
        return stored(query, tenant, asked)


def refusal(error: LedgerError) -> HttpResponse:
    return HttpResponse(f"{error}\n", status=error.status, content_type="text/plain; charset=utf-8")
