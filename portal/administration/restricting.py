"""Limits by law on patients' records: its privacy officer places and lifts them, and reviews those of others."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from consent import standing_restrictions as limits
from consent.errors import ConsentError, RestrictionClosed
from consent.services import lift_restriction, place_restriction, review_restriction
from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.errors import UnknownPerson
from portal.accounts.models import Role
from portal.administration.forms import PlaceLimit, ReviewLimit
from portal.design.refusals import said
from portal.design.restrictions import limit_of
from portal.staff.answering import ACT, FORM
from portal.staff.desk import Desk, desk

Row = Any  # as consent.standing_restrictions returns it


@desk(Role.PRIVACY_OFFICER, methods=FORM)
def restrictions(desk: Desk) -> HttpResponseBase:
    """All that holds now, and placing one more."""
    form = PlaceLimit(desk.request.POST or None)
    if form.is_valid() and _placed(desk, form):
        return redirect("administration:restrictions", desk.place.slug)
    with tenant_scope(desk.place.id):
        rows = limits.restrictions_here()
        numbers = _numbers(rows)
    shown = [limit_of(row, mrn=numbers.get(row.person, "")) for row in rows]
    context = {"here": "restrictions", "limits": shown, "form": form}
    return desk.page("administration/restrictions.html", context, status=422 if form.is_bound else 200)


@desk(Role.PRIVACY_OFFICER, methods=FORM)
def restriction(desk: Desk, restriction: UUID) -> HttpResponseBase:
    """One of them with its reason, and the review that the patient asked for."""
    with tenant_scope(desk.place.id):
        row = limits.restriction_here(restriction)
        reason, numbers = limits.restriction_reason(row), _numbers([row])
    waiting = row.review_asked_at is not None and row.reviewed_at is None and row.lifted_at is None
    form = ReviewLimit(desk.request.POST or None) if waiting and row.placed_by != desk.caller.user else None
    if form is not None and form.is_valid() and _reviewed(desk, row, form):
        return redirect("administration:restrictions", desk.place.slug)
    context = {
        "here": "restrictions",
        "limit": limit_of(row, mrn=numbers.get(row.person, "")),
        "reason": reason,
        "over": not limits.holds(row),
        "own": waiting and form is None,
        "form": form,
    }
    status = 422 if form is not None and form.is_bound else 200
    return desk.page("administration/restriction.html", context, status=status)


@desk(Role.PRIVACY_OFFICER, methods=ACT)
def lift(desk: Desk, restriction: UUID) -> HttpResponseBase:
    """End one. A second time changes nothing."""
    try:
        with tenant_scope(desk.place.id):
            lift_restriction(restriction=restriction, actor=desk.caller.user)
    except RestrictionClosed as error:
        messages.info(desk.request, said(error))
    else:
        messages.success(desk.request, _("Lifted. The patient is told."))
    return redirect("administration:restrictions", desk.place.slug)


def _placed(desk: Desk, form: PlaceLimit) -> bool:
    try:
        with tenant_scope(desk.place.id):
            person = accounts.registration(mrn=form.cleaned_data["mrn"].strip()).person_id
            terms = form.restriction(custodian=desk.place.id, person=person)
            place_restriction(terms=terms, reason=form.cleaned_data["reason"], actor=desk.caller.user)
    except UnknownPerson as error:
        form.add_error("mrn", said(error))
        return False
    except ConsentError as error:
        form.add_error(None, said(error))
        return False
    messages.success(desk.request, _("It holds from now on. The patient is told."))
    return True


def _reviewed(desk: Desk, row: Row, form: ReviewLimit) -> bool:
    given = form.cleaned_data
    try:
        with tenant_scope(desk.place.id):
            review_restriction(
                restriction=row.id,
                reviewer=desk.caller.user,
                uphold=given["outcome"] == "uphold",
                note=given["note"],
            )
    except ConsentError as error:
        form.add_error(None, said(error))
        return False
    messages.success(desk.request, _("The patient is told. It stands in the log."))
    return True


def _numbers(rows: Sequence[Row]) -> dict[UUID, str]:
    found = accounts.registrations_of({row.person for row in rows})
    return {person: registration.mrn for person, registration in found.items()}
