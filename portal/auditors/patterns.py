"""Patterns worth a look: for auditors and privacy officers, each explained, drawn, and leading to its entries."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts.confirming import confirmation_required
from portal.accounts.models import Role
from portal.auditors import presenters, striking
from portal.auditors.forms import Days, SetThresholds, Traced
from portal.patterns.services import ACCESSES, patterns
from portal.patterns.thresholds import Thresholds, set_thresholds, thresholds
from portal.records.errors import UnknownRecord
from portal.staff.answering import FORM
from portal.staff.desk import Desk, desk

MOST = 200


@desk(Role.AUDITOR, Role.PRIVACY_OFFICER)
def found(desk: Desk) -> HttpResponseBase:
    """What stands out in the last days. That it was looked at stands in the log."""
    form = Days({"days": Days.ORDINARY, **desk.request.GET.dict()})
    days = form.cleaned_data["days"] if form.is_valid() else Days.ORDINARY
    made = patterns(caller=desk.caller, tenant=desk.place.id, days=days)
    context = {
        "form": form,
        "groups": striking.groups(made, desk.place),
        "quiet": striking.quiet(made),
        "count": len(made.findings),
        "since": made.since,
        "sets": "privacy_officer" in desk.roles,
    }
    return desk.page("auditors/patterns.html", {"here": "patterns", "face": presenters.face(desk), **context})


@desk(Role.AUDITOR, Role.PRIVACY_OFFICER)
def traced(desk: Desk) -> HttpResponseBase:
    """The entries of one finding. Its address names pseudonyms of the log and times, and nobody."""
    form = Traced(desk.request.GET)
    if not form.is_valid():
        raise UnknownRecord(
            _("That is not the address of a finding. Go back to the patterns and choose one.")
        )
    asked = form.cleaned_data
    with tenant_scope(desk.place.id):
        entries = ledger.search_entries(
            types=ACCESSES,
            actor=asked["actor"],
            subject=asked["subject"] or None,
            since=asked["since"],
            until=asked["until"],
            limit=MOST,
        )
        rows = presenters.rows(entries, desk.place)
    context = {"here": "patterns", "face": presenters.face(desk), "title": striking.title(asked["kind"])}
    return desk.page("auditors/traced.html", {**context, "rows": rows})


@confirmation_required
@desk(Role.PRIVACY_OFFICER, methods=FORM)
def measures(desk: Desk) -> HttpResponseBase:
    """From when on something is worth a look here."""
    with tenant_scope(desk.place.id):
        held = thresholds()
    form = SetThresholds(desk.request.POST or None, initial=striking.fields(held))
    if form.is_valid():
        set_thresholds(
            caller=desk.caller, tenant=desk.place.id, chosen=Thresholds(**striking.chosen(form.cleaned_data))
        )
        messages.success(desk.request, _("The thresholds are in force. The change stands in the log."))
        return redirect("auditors:patterns", desk.place.slug)
    return desk.page("auditors/measures.html", {"here": "patterns", "form": form})
