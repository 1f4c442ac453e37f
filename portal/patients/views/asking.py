""" "I don't recognise this" and "this is wrong": asking, and reading how it stands."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ledger.scope import tenant_scope
from portal.cases import selectors as cases
from portal.cases import services
from portal.cases.accesses import askable_access
from portal.cases.errors import CaseClosed
from portal.patients import pages, presenting
from portal.patients.asking import Case, Tell, ground_of, places_of, put
from portal.patients.door import Visitor, patient
from portal.patients.lines import link_of
from portal.patients.presenting import Addresses, Held
from portal.patients.views.history import place_of
from portal.patients.views.record import charts_of
from portal.staff.answering import FORM


@patient()
def asked(who: Visitor) -> HttpResponseBase:
    """Everything that one has put to any organisation."""
    places = places_of(who.registrations)
    rows = [put(row, places) for row in cases.cases_of_person(who.person)]
    return who.page("patients/asked.html", {"here": "", "rows": rows})


@patient(methods=FORM)
def asked_one(who: Visitor, case: UUID) -> HttpResponseBase:
    """One of them with what was said on both sides; a denial can be disagreed with."""
    row = cases.case_of_person(case, person=who.person)
    form = Tell(who.request.POST or None, label=_("Your statement of disagreement"))
    if form.is_valid():
        return _disagreed(who, row, form.cleaned_data["words"])
    with tenant_scope(row.tenant_id):
        services.mark_seen(case=row.id, person=who.person)
    context = {
        "here": "",
        "row": row,
        "case": put(row, places_of(who.registrations)),
        "written": cases.written([row])[row.id],
        "ground": ground_of(row),
        "form": form if row.state == "denied" and row.disagreement is None else None,
    }
    return who.page("patients/asked_one.html", context, status=422 if form.is_bound else 200)


@patient(methods=FORM)
def question(who: Visitor, tenant: str, entry: UUID) -> HttpResponseBase:
    """Say that one does not recognise an access. A second time leads to the first."""
    where = place_of(who, tenant)
    with tenant_scope(where.tenant_id):
        found = askable_access(entry, person=who.person, asker=who.caller.user)
    form = Tell(who.request.POST or None, label=_("What do you want to say?"))
    if form.is_valid():
        with tenant_scope(where.tenant_id):
            made = services.ask_about_access(
                person=who.person, actor=who.caller.user, entry=entry, words=form.cleaned_data["words"]
            )
        messages.success(who.request, _("Sent. It stands in your chain, and somebody looks into it."))
        return redirect("patients:asked_one", made.id)
    context = {
        "here": "history",
        "link": link_of(found, where, reader=who.caller.user),
        "place": where.tenant.name,
        "form": form,
    }
    return who.page("patients/question.html", context, status=422 if form.is_bound else 200)


@patient(methods=FORM)
def correct(who: Visitor, category: str, entry: str) -> HttpResponseBase:
    """Say that an entry is wrong. While it is looked at, a second time leads to the first."""
    addresses = Addresses(who.person, own=True, skip=pages.skipped(who.request))
    held = _held(who, addresses, pages.known_category(category), entry)
    form = Tell(who.request.POST or None, label=_("What is wrong, and how should it read?"))
    if form.is_valid():
        made = services.correct_own_record(
            caller=who.caller,
            tenant=held.tenant,
            record_type=held.record.type,
            record_id=held.record.id,
            words=form.cleaned_data["words"],
        )
        messages.success(who.request, _("Sent. It stands in your chain, and somebody looks into it."))
        return redirect("patients:asked_one", made.id)
    context = {
        "here": "record",
        "item": held.item,
        "back_url": addresses.part(category),
        "place": places_of(who.registrations)[held.tenant],
        "form": form,
    }
    return who.page("patients/correct.html", context, status=422 if form.is_bound else 200)


def _held(who: Visitor, addresses: Addresses, category: str, entry: str) -> Held:
    """The entry of that name in this part of one's own record. Http404 if it is not (any more) there."""
    for held in presenting.held(charts_of(who, category, addresses.skip)):
        if addresses.entry(held) == entry:
            return held
    raise Http404


def _disagreed(who: Visitor, row: Case, words: str) -> HttpResponseBase:
    try:
        with tenant_scope(row.tenant_id):
            services.disagree(case=row.id, person=who.person, actor=who.caller.user, words=words)
    except CaseClosed:
        messages.info(who.request, _("You have sent a statement already."))
    else:
        messages.success(who.request, _("Sent. Your statement now stands beside the denial."))
    return redirect("patients:asked_one", row.id)
