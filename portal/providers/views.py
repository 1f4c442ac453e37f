"""Pages of clinicians. Each opens at most one part of one record, by one call of `portal.records`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from consent.emergency import LONGEST
from consent.errors import ConsentError, StrongAuthenticationNeeded
from portal.accounts.confirming import confirmed_lately
from portal.accounts.models import Role
from portal.design.refusals import said
from portal.providers import asking, charting, finding, writing
from portal.providers import worklist as lists
from portal.providers.disputes import disputes
from portal.providers.forms import Ask, BreakGlass, Find, Report
from portal.providers.record_at import RecordAt, banner, record_at
from portal.records.errors import Denied, RecordsError
from portal.records.services import Reach, part, reach
from portal.records.services import chart as open_chart
from portal.smart.services import launch_page
from portal.staff.answering import ACT, FORM
from portal.staff.desk import Desk, desk
from portal.staff.entrance import first_desk

RECENT = 5


def entrance(request: HttpRequest) -> HttpResponseBase:
    return first_desk(request, {Role.CLINICIAN: "providers:find"})


@desk(Role.CLINICIAN, methods=FORM)
def find(desk: Desk) -> HttpResponseBase:
    """Who is the patient? The question is posted, so that no name stands in an address."""
    form = finding.form(desk)
    if form.is_valid() and _find(desk, form):
        return redirect("providers:results", desk.place.slug)
    recent = lists.sharing(desk, RECENT)
    return desk.page("providers/find.html", {"here": "find", "form": form, "recent": recent})


@desk(Role.CLINICIAN)
def results(desk: Desk) -> HttpResponseBase:
    """Whom the last search found."""
    return desk.page("providers/results.html", {"here": "find", **finding.shown(desk)})


@desk(Role.CLINICIAN)
def worklist(desk: Desk) -> HttpResponseBase:
    """Who shares, what was asked for, and emergencies that run."""
    found = lists.worklist(desk)
    context = {"shared": found.shared, "asked": found.asked, "emergencies": found.emergencies}
    return desk.page("providers/worklist.html", {"here": "worklist", **context})


@desk(Role.CLINICIAN)
def chart(desk: Desk, custodian: str, patient: UUID) -> HttpResponseBase:
    """A record: on to the first part that is open. If none is, the attempt stands in the patient's history."""
    record = record_at(desk, custodian, patient)
    far = reach(caller=desk.caller, tenant=record.custodian.id, person=record.person)
    if far.open:
        return redirect(record.url("section", charting.first_open(far.open)))
    try:
        open_chart(caller=desk.caller, tenant=record.custodian.id, person=record.person)
    except Denied as denied:
        return _refused(desk, record, far, denied)
    return redirect(record.url())


@desk(Role.CLINICIAN)
def section(desk: Desk, custodian: str, patient: UUID, category: str) -> HttpResponseBase:
    """One part of a record. What is opened, and that it was tried, stands in the patient's history."""
    record = record_at(desk, custodian, patient)
    far, opened = part(
        caller=desk.caller, tenant=record.custodian.id, person=record.person, category=category
    )
    if isinstance(opened, Denied):
        return _refused(desk, record, far, opened)
    context = {
        **_around(desk, record, far, here=category),
        "patient": banner(desk, record, opened.patient),
        "basis": charting.basis(opened.decision),
        "report_url": record.url("report") if "report-back" in opened.decision.duties else "",
        "section": charting.section(opened, category, record),
        "disputes": disputes(opened),
        "live_chart": f"/ws/chart/{desk.place.slug}/{custodian}/{patient}/{category}/",
        "own_link": charting.seen_by_patient(desk, opened, category),
        "apps_url": launch_page(
            place=desk.place.id, slug=desk.place.slug, custodian=record.custodian.id, person=record.person
        ),
        "tampered": opened.tampered,
    }
    return desk.page("providers/chart.html", context)


@desk(Role.CLINICIAN, methods=FORM)
def ask(desk: Desk, custodian: str, patient: UUID) -> HttpResponseBase:
    """Ask the patient for access."""
    record = record_at(desk, custodian, patient)
    form = Ask(desk.request.POST or None)
    if form.is_valid() and _done(form, lambda: asking.ask(desk.caller, record, form)):
        messages.success(desk.request, _("The patient is asked. You see the answer here."))
        return redirect("providers:worklist", desk.place.slug)
    return _form(desk, record, "providers/ask.html", form)


@desk(Role.CLINICIAN, methods=FORM)
def report(desk: Desk, custodian: str, patient: UUID) -> HttpResponseBase:
    """Report back to a patient whose contract asks for it."""
    record = record_at(desk, custodian, patient)
    form = Report(desk.request.POST or None)
    if form.is_valid() and _done(form, lambda: asking.report(desk.caller, record, form)):
        messages.success(desk.request, _("The patient has your report. It stands in their history."))
        return redirect(record.url())
    return _form(desk, record, "providers/report.html", form)


@desk(Role.CLINICIAN, methods=FORM)
def emergency(desk: Desk, custodian: str, patient: UUID) -> HttpResponseBase:
    """Break the glass. Whoever does must have proved within a quarter of an hour who they are."""
    record = record_at(desk, custodian, patient)
    confirmed = confirmed_lately(desk.request)
    if not confirmed and desk.request.method != "POST":
        again = urlencode({"next": record.url("emergency")})
        return redirect(f"{reverse('account_reauthenticate')}?{again}")
    form = BreakGlass(desk.request.POST or None)
    if form.is_valid() and _done(
        form, lambda: asking.break_glass(desk.caller, record, form, confirmed=confirmed)
    ):
        return redirect(record.url())
    return _form(desk, record, "providers/emergency.html", form, hours=int(LONGEST.total_seconds() // 3600))


@desk(Role.CLINICIAN, methods=ACT)
def emergency_end(desk: Desk, custodian: str, patient: UUID) -> HttpResponseBase:
    """End one's emergency access before its time."""
    record = record_at(desk, custodian, patient)
    asking.end_emergency(desk.caller, record)
    messages.success(desk.request, _("Your emergency access has ended. A privacy officer reviews it."))
    return redirect("providers:worklist", desk.place.slug)


def _find(desk: Desk, form: Find) -> bool:
    return _done(form, lambda: finding.find(desk, form))


def _done(form: Form, act: Callable[[], None]) -> bool:
    """Whether it could be done; if not, the form says why."""
    try:
        act()
    except StrongAuthenticationNeeded:
        form.add_error(
            None,
            _(
                "More than 15 minutes ago you proved who you are. Do it again in another window, then press again."
            ),
        )
    except (ConsentError, RecordsError) as error:
        form.add_error(None, said(error))
    return form.is_valid()


def _form(desk: Desk, record: RecordAt, template: str, form: Form, **more: Any) -> HttpResponseBase:
    context = {
        "here": "chart",
        "patient": banner(desk, record),
        "emergency": charting.emergency(desk, record),
        "form": form,
        "back_url": record.url(),
        **more,
    }
    return desk.page(template, context)


def _refused(desk: Desk, record: RecordAt, far: Reach, denied: Denied) -> HttpResponseBase:
    """What is not open: said from the contract, with what would help. The denial is in the ledger already."""
    context = {
        **_around(desk, record, far, here=""),
        "patient": banner(desk, record),
        "refused": str(denied),
        "entry": denied.promise.promise.id,
    }
    return desk.page("providers/chart.html", context, status=denied.status)


def _around(desk: Desk, record: RecordAt, far: Reach, *, here: str) -> dict[str, Any]:
    """What stands around every part of a chart."""
    running = charting.running(desk, record, far)
    return {
        "here": "chart",
        "emergency": running,
        "parts": charting.parts(record, far.open, here),
        "withheld": [charting.title(category) for category in far.closed],
        "ask_url": record.url("ask") if far.closed else "",
        "ways": writing.ways(record, far),
        "emergency_url": "" if running or not far.closed else record.url("emergency"),
    }
