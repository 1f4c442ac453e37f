"""Pages on which a privacy officer answers patients: questions about accesses, and corrections."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ledger.scope import tenant_scope
from portal.accounts.models import Role
from portal.administration import casework
from portal.administration.forms import AnswerCorrection, AnswerQuestion
from portal.cases import services
from portal.cases.errors import CasesError
from portal.design.refusals import said
from portal.staff.answering import FORM
from portal.staff.desk import Desk, desk


@desk(Role.PRIVACY_OFFICER)
def cases(desk: Desk) -> HttpResponseBase:
    """What patients put to this organisation."""
    with tenant_scope(desk.place.id):
        context = {"waiting": casework.waiting(desk.place), "answered": casework.answered(desk.place)}
    return desk.page("administration/cases.html", {"here": "cases", **context})


@desk(Role.PRIVACY_OFFICER, methods=FORM)
def case(desk: Desk, case: UUID) -> HttpResponseBase:
    """One of them, and the answer to it."""
    with tenant_scope(desk.place.id):
        shown = casework.opened(case, desk.place, desk.caller.user)
    kind = AnswerQuestion if shown.row.kind == "question" else AnswerCorrection
    form: forms.Form = kind(desk.request.POST or None)
    if form.is_valid() and _answer(desk, shown.row, form):
        return redirect("administration:cases", desk.place.slug)
    context = {"here": "cases", "case": shown, "form": form}
    return desk.page("administration/case.html", context, status=422 if form.is_bound else 200)


def _answer(desk: Desk, row: casework.Case, form: forms.Form) -> bool:
    given, reviewer = form.cleaned_data, desk.caller.user
    note = given["note"]
    try:
        with tenant_scope(desk.place.id):
            if row.kind == "question":
                outcome = given["outcome"]
                services.answer_question(case=row.id, reviewer=reviewer, outcome=outcome, note=note)
            elif given["decision"] == "accept":
                services.accept_correction(case=row.id, reviewer=reviewer, note=note)
            elif given["decision"] == "deny":
                services.deny_correction(case=row.id, reviewer=reviewer, ground=given["ground"], note=note)
            else:
                services.extend_correction(case=row.id, reviewer=reviewer, note=note)
    except CasesError as error:
        form.add_error(None, said(error))
        return False
    messages.success(desk.request, _("The patient is told. It stands in the log."))
    return True
