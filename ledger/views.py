"""The face of a log (C2SP tlog-tiles): its checkpoint and hash tiles are public, its entries are for auditors.

Growth tells activity, so everybody is shown what the log's cadence says, and auditors the newest (cadence.py).
"""

import gzip
import re
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ledger import selectors
from ledger.cadence import is_public, public_note
from ledger.errors import LedgerError, UnknownEntry
from ledger.registry import may_read_entries
from ledger.scope import tenant_scope
from ledger.selectors.rows import query
from ledger.stored_tiles import stored_bundle, stored_tile
from ledger.tiles import Tile, parse_tile_path, tile_width

IMMUTABLE = "public, max-age=31536000, immutable"
PRIVATE = "private, no-store"
GZIP_LEVEL = 6


@require_safe
def checkpoint(request: HttpRequest, name: str) -> HttpResponse:
    """GET /log/<name>/checkpoint: the newest signed tree head; to who is no auditor, the newest public one."""
    try:
        tenant = selectors.log_named(name).tenant_id
        auditor = may_read_entries(request, tenant)
        with tenant_scope(tenant):
            note = selectors.checkpoint_note() if auditor else public_note()
    except LedgerError as error:
        return refusal(error)
    headers = {"Cache-Control": PRIVATE if auditor else "no-cache"}
    return HttpResponse(note, content_type="text/plain; charset=utf-8", headers=headers)


@require_safe
def tile(request: HttpRequest, name: str, path: str) -> HttpResponse:
    """GET /log/<name>/tile/<L>/<N>[.p/<W>]: 32 bytes for each hash; nothing beyond the checkpoint that is shown.

    GET /log/<name>/tile/entries/<N>[.p/<W>]: the entries, each behind its length; as gzip to who takes it. Pseudonyms
    and times are personal data: who is not an auditor of this log is told what a stranger is told of a log without
    entries.
    """
    try:
        asked = parse_tile_path(f"tile/{path}")
        tenant = selectors.log_named(name).tenant_id
        with tenant_scope(tenant):
            public = asked.level is not None and is_public(asked)
        if not public and not may_read_entries(request, tenant):
            raise UnknownEntry("The log has not published that tile.")
        content = _tile(tenant, asked)
    except LedgerError as error:
        return refusal(error)
    headers = {"Cache-Control": IMMUTABLE if public else PRIVATE}
    if asked.level is None:
        headers["Vary"] = "Accept-Encoding"
        if accepts_gzip(request.headers.get("Accept-Encoding", "")):
            headers["Content-Encoding"] = "gzip"
            content = gzip.compress(content, GZIP_LEVEL, mtime=0)  # the same bundle gives the same bytes
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)


def _tile(tenant: UUID, asked: Tile) -> bytes:
    """Of the newest checkpoint, or any before. A partial one stays when it has grown: a reader may hold the last."""
    with tenant_scope(tenant):
        if not 1 <= asked.width <= tile_width(asked.level, asked.index, selectors.log_status().size):
            raise UnknownEntry("The log has not published that tile.")
        stored = stored_bundle if asked.level is None else stored_tile
        return stored(query, tenant, asked)


def accepts_gzip(header: str) -> bool:
    """Whether `Accept-Encoding` names gzip with a weight that is not zero (RFC 9110, 12.5.3)."""
    for part in header.lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";")
        if coding == "gzip":
            return not re.fullmatch(r"q=0(\.0{0,3})?", weight)
    return False


def refusal(error: LedgerError) -> HttpResponse:
    return HttpResponse(f"{error}\n", status=error.status, content_type="text/plain; charset=utf-8")
