"""Pages of auditors: is the log whole, who did what, and the proof of one entry. No record is opened here."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts.models import Role
from portal.auditors import presenters, proving, telling
from portal.auditors.forms import Search
from portal.inspections import services as inspections
from portal.inspections.services import Verification
from portal.staff.answering import FORM
from portal.staff.desk import Desk, desk
from portal.staff.entrance import first_desk

NEWEST, PAGE = 8, 50


def entrance(request: HttpRequest) -> HttpResponseBase:
    return first_desk(request, {Role.AUDITOR: "auditors:status"})


@desk(Role.AUDITOR)
def status(desk: Desk) -> HttpResponseBase:
    """The log at a glance, and its newest entries."""
    with tenant_scope(desk.place.id):
        state, asked = ledger.log_status(), ledger.witnesses()
        newest = presenters.rows(ledger.search_entries(limit=NEWEST), desk.place)
        last = inspections.last_finished()
    context = {
        "here": "log",
        "size": last.total if last and last.held else state.size,
        "origin": state.origin,
        "holds": False if state.log.alarm else last.held if last else None,
        "gauges": presenters.gauges(state, asked, last),
        "facts": presenters.head(state, asked),
        "findings": telling.checks(last) if last else (),
        "verified": last.finished if last else None,
        "newest": newest,
        "checkpoint_url": reverse("ledger:checkpoint", args=[state.log.name]) if state.size else "",
    }
    return desk.page("auditors/status.html", context)


@desk(Role.AUDITOR)
def search(desk: Desk) -> HttpResponseBase:
    """Entries by kind, actor and time, newest first."""
    asked = desk.request.GET
    with tenant_scope(desk.place.id):
        recent = ledger.search_entries(limit=PAGE)
        form = Search(asked, people=presenters.people(recent))
        found = _found(form, asked.get("before", "")) if form.is_valid() else []
        rows = presenters.rows(found[:PAGE], desk.place)
    older = _older(asked.dict(), rows[-1].index) if len(found) > PAGE else ""
    context = {"here": "search", "form": form, "rows": rows, "older_url": older}
    return desk.page("auditors/search.html", context)


@desk(Role.AUDITOR, Role.PRIVACY_OFFICER)
def entry(desk: Desk, entry: UUID) -> HttpResponseBase:
    """One entry, with its path to the signed root checked as it is drawn."""
    with tenant_scope(desk.place.id):
        shown = proving.proved(entry, desk.place.slug)
    context = {
        "here": "search",
        "face": presenters.face(desk),
        "searches": "auditor" in desk.roles,
        "index": shown.entry.index,
        "proved": _("Proved, signed root") if shown.path and not shown.broken else "",
        "broken": shown.broken,
        "checks": shown.checks,
        "facts": shown.facts,
        "path": shown.path,
        "receipt_url": reverse("auditors:receipt", args=[desk.place.slug, entry]) if shown.path else "",
        "command": shown.command if shown.path else "",
    }
    return desk.page("auditors/entry.html", context)


@desk(Role.AUDITOR, Role.PRIVACY_OFFICER)
def receipt(desk: Desk, entry: UUID) -> HttpResponseBase:
    """The receipt as a file: anyone can verify it without this node."""
    with tenant_scope(desk.place.id):
        name = proving.file_name(ledger.entry(entry))
        content = ledger.receipt(entry)
    response = HttpResponse(content, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@desk(Role.AUDITOR, methods=FORM)
def verify(desk: Desk) -> HttpResponseBase:
    """Recompute the whole log; it goes on when the page is left."""
    here = reverse("auditors:verify", args=[desk.place.slug])
    if desk.request.method == "POST":
        inspections.start(Verification, caller=desk.caller, tenant=desk.place.id)
        return redirect(here)
    run = inspections.newest(Verification, tenant=desk.place.id)
    if run is None:
        return redirect("auditors:status", desk.place.slug)
    running = run.finished is None
    context = {
        "here": "log",
        "running": running,
        "done": run.done,
        "total": run.total,
        "checks": telling.checks(run),
        "holds": run.held,
        "finding": telling.first_break(run),
        "took": "" if running else telling.took(run),
        "refresh_url": here if running else "",
    }
    return desk.page("auditors/verify.html", context)


def _found(form: Search, before: str) -> list[ledger.Entry]:
    since, until = form.span
    return ledger.search_entries(
        types=form.types,
        actor=form.actor,
        since=since,
        until=until,
        before_index=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=PAGE + 1,
    )


def _older(asked: dict[str, str], before: int | None) -> str:
    return f"?{urlencode({**asked, 'before': str(before)})}"
