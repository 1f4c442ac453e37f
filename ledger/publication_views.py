"""What a log published for print, for everybody: in text, as JSON, and each line as a QR code."""

from io import BytesIO

import segno
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from ledger import selectors
from ledger.encoding import base64_text
from ledger.errors import LedgerError
from ledger.publication import Publication
from ledger.publishing import publication, publications
from ledger.scope import tenant_scope
from ledger.views import IMMUTABLE, refusal

PLAIN = "text/plain; charset=utf-8"


@require_safe
def as_text(request: HttpRequest, name: str) -> HttpResponse:
    """GET /log/<name>/publications: one line each, newest first."""
    try:
        lines = "".join(f"{each.line()}\n" for each in _published(name))
    except LedgerError as error:
        return refusal(error)
    return HttpResponse(lines, content_type=PLAIN, headers={"Cache-Control": "no-cache"})


@require_safe
def as_json(request: HttpRequest, name: str) -> HttpResponse:
    """GET /log/<name>/publications.json"""
    try:
        found = [_json(each) for each in _published(name)]
    except LedgerError as error:
        return refusal(error)
    return JsonResponse({"publications": found}, headers={"Cache-Control": "no-cache"})


@require_safe
def as_code(request: HttpRequest, name: str, size: int) -> HttpResponse:
    """GET /log/<name>/publications/<size>.svg: the line as a QR code."""
    try:
        with tenant_scope(selectors.log_named(name).tenant_id):
            line = publication(size).line()
    except LedgerError as error:
        return refusal(error)
    drawn = BytesIO()
    segno.make(line, error="m", micro=False).save(drawn, kind="svg", scale=4, title=line)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": IMMUTABLE})


def _published(name: str) -> list[Publication]:
    with tenant_scope(selectors.log_named(name).tenant_id):
        return publications()


def _json(found: Publication) -> dict[str, object]:
    head = found.checkpoint
    return {
        "line": found.line(),
        "origin": head.origin,
        "date": found.day.isoformat(),
        "size": head.size,
        "root": base64_text(head.root),
    }
