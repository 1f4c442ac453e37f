"""A refusal of the domain as a page: what happened, that nothing was lost, and what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from ledger.errors import AppendRefused
from portal.design.refusals import said
from portal.records.errors import Denied


def refusal(request: HttpRequest, error: Exception, *, back_url: str | None = None) -> HttpResponse:
    """The page for an error of one of the trees: each has `code`, `status` and a sentence."""
    status = getattr(error, "status", 500)
    promise = error.promise if isinstance(error, Denied) else None
    context = {
        "title": _title(status),
        "sentence": said(error),
        "code": getattr(error, "code", "error"),
        "entry": str(promise.promise.id) if promise else "",
        "retry": isinstance(error, AppendRefused),
        "back_url": back_url or "/",
        "back": gettext("Go to the start"),
    }
    return render(request, "errors/refused.html", context, status=status)


def _title(status: int) -> str:
    if status in (401, 403):
        return gettext("You may not open this")
    if status == 404:
        return gettext("Not found")
    if status == 409:
        return gettext("That has changed in the meantime")
    return gettext("This did not work")
