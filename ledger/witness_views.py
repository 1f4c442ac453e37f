"""The face of this node as a witness (C2SP tlog-witness): anyone may ask, the checkpoint itself says who it is from."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from ledger import witness
from ledger.add_checkpoint import MAX_REQUEST_BYTES, SIZE_TYPE
from ledger.errors import LedgerError, OldSizeDiffers

TEXT = "text/plain; charset=utf-8"
TOO_LONG = 413


@csrf_exempt  # nothing here acts for whoever is signed in
@require_POST
def add_checkpoint(request: HttpRequest) -> HttpResponse:
    """POST /witness/add-checkpoint: our cosignature of a checkpoint that grew from the last one."""
    body = request.read(MAX_REQUEST_BYTES + 1)
    if len(body) > MAX_REQUEST_BYTES:
        return HttpResponse(
            f"The request is longer than {MAX_REQUEST_BYTES} bytes.\n", status=TOO_LONG, content_type=TEXT
        )
    try:
        return HttpResponse(witness.add_checkpoint(body), content_type=TEXT)
    except OldSizeDiffers as error:
        return HttpResponse(f"{error.size}\n", status=error.status, content_type=SIZE_TYPE)
    except LedgerError as error:
        return _refusal(error)


@require_safe
def checkpoint(request: HttpRequest, origin_hash: str) -> HttpResponse:
    """GET /witness/<hex of SHA-256(origin)>/checkpoint: the newest one that we cosigned of this log."""
    try:
        note = witness.last_checkpoint(origin_hash)
    except LedgerError as error:
        return _refusal(error)
    return HttpResponse(note, content_type=TEXT, headers={"Cache-Control": "no-cache"})


def _refusal(error: LedgerError) -> HttpResponse:
    return HttpResponse(f"{error}\n", status=error.status, content_type=TEXT)
