"""What an auditor hands on: disclosures, evidence; and whether every decision comes out the same."""

from collections.abc import Iterator
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.errors import LedgerError
from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.errors import UnknownPerson
from portal.accounts.models import Role
from portal.auditors import presenters, telling
from portal.auditors.forms import Account, Evidence, OfWhom
from portal.design.refusals import said
from portal.disclosures import words
from portal.disclosures.papers import FORMATS, as_file
from portal.disclosures.services import Accounting, account_for
from portal.inspections import archives
from portal.inspections import services as inspections
from portal.inspections.archives import Span
from portal.inspections.services import Replay
from portal.records.errors import UnknownRecord
from portal.staff.answering import FORM
from portal.staff.desk import Desk, desk
from portal.staff.files import streamed


@desk(Role.AUDITOR, methods=FORM)
def disclosures(desk: Desk) -> HttpResponseBase:
    """Whose disclosures? The number is posted, so that it stands in no address."""
    form = OfWhom(desk.request.POST or None)
    if form.is_valid():
        try:
            with tenant_scope(desk.place.id):
                person = accounts.registration(mrn=form.cleaned_data["mrn"].strip()).person_id
            return redirect("auditors:accounting", desk.place.slug, person)
        except UnknownPerson as error:
            form.add_error("mrn", said(error))
    return desk.page("auditors/disclosures.html", {"here": "disclosures", "form": form})


@desk(Role.AUDITOR)
def accounting(desk: Desk, person: UUID) -> HttpResponseBase:
    """The accounting of one person, as a page. That it was made stands in the log."""
    form = _asked(desk)
    made = _made(desk, person, form) if form.is_valid() else None
    query = desk.request.GET.urlencode()
    files = [
        (form_name.upper(), reverse("auditors:accounting_file", args=[desk.place.slug, person, form_name]))
        for form_name in FORMATS
    ]
    context = {
        "here": "disclosures",
        "form": form,
        "mrn": made.mrn if made else "",
        "said": words.said(made) if made else "",
        "rows": words.rows(made) if made else (),
        "whole": made.whole if made else False,
        "files": [(name, f"{url}?{query}" if query else url) for name, url in files],
    }
    return desk.page("auditors/accounting.html", context)


@desk(Role.AUDITOR)
def accounting_file(desk: Desk, person: UUID, form: str) -> HttpResponseBase:
    """The same as CSV or PDF."""
    asked = _asked(desk)
    if form not in FORMATS or not asked.is_valid():
        raise UnknownRecord(_("There is no such file. Go back to the page, and choose one there."))
    made = _made(desk, person, asked)
    response = HttpResponse(as_file(made, form), content_type=FORMATS[form])
    response["Content-Disposition"] = f'attachment; filename="disclosures.{form}"'
    return response


@desk(Role.AUDITOR, methods=FORM)
def evidence(desk: Desk) -> HttpResponseBase:
    """An archive that proves itself elsewhere; what is closed to auditors stays sealed in it."""
    form = Evidence(desk.request.POST if desk.request.method == "POST" else None)
    if form.is_valid() and (pieces := _archive(desk, form)):
        name = f"evidence-{desk.place.slug}.zip"
        return streamed(pieces, media_type=archives.MEDIA_TYPE, name=name)
    with tenant_scope(desk.place.id):
        vkey = presenters.vkey()
    context = {"here": "evidence", "form": form, "vkey": vkey, "file": f"evidence-{desk.place.slug}.zip"}
    return desk.page("auditors/evidence.html", context)


@desk(Role.AUDITOR, methods=FORM)
def replay(desk: Desk) -> HttpResponseBase:
    """Every decision executed again from the log alone; it goes on when the page is left."""
    here = reverse("auditors:replay", args=[desk.place.slug])
    if desk.request.method == "POST":
        inspections.start(Replay, caller=desk.caller, tenant=desk.place.id)
        return redirect(here)
    run = inspections.newest(Replay, tenant=desk.place.id)
    running = run is not None and run.finished is None
    context = {
        "here": "replay",
        "run": run,
        "running": running,
        "broken_off": run is not None and not running and run.held is None,
        "decisions": run.same + run.differs + run.unreplayable if run else 0,
        "took": telling.took(run) if run and not running else "",
        "refresh_url": here if running else "",
    }
    return desk.page("auditors/replay.html", context)


def _asked(desk: Desk) -> Account:
    return Account(desk.request.GET)


def _made(desk: Desk, person: UUID, form: Account) -> Accounting:
    since, until = form.span
    return account_for(
        caller=desk.caller,
        tenant=desk.place.id,
        person=person,
        since=since,
        until=until,
        whole=form.cleaned_data["whole"],
    )


def _archive(desk: Desk, form: Evidence) -> Iterator[bytes] | None:
    since, until = form.span
    try:
        person = _subject(desk, form.cleaned_data["mrn"].strip())
        span = Span(person, since, until)
        return archives.made_now(caller=desk.caller, tenant=desk.place.id, span=span)
    except (LedgerError, UnknownPerson) as error:
        form.add_error("mrn" if isinstance(error, UnknownPerson) else None, said(error))
        return None


def _subject(desk: Desk, mrn: str) -> UUID | None:
    if not mrn:
        return None
    with tenant_scope(desk.place.id):
        return accounts.registration(mrn=mrn).person_id
