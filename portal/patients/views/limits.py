"""What the law keeps of one's record: read where, on what ground and why, and ask that somebody else looks at it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from consent import standing_restrictions as limits_by_law
from consent.errors import RestrictionClosed
from consent.services import ask_review
from ledger.scope import party_scope, tenant_scope
from portal.design.refusals import said
from portal.design.restrictions import limit_of
from portal.patients.door import Visitor, patient
from portal.patients.views.history import place_of
from portal.staff.answering import ACT


@patient()
def limits(who: Visitor) -> HttpResponseBase:
    """All that holds now, wherever."""
    places = {each.tenant_id: each.tenant for each in who.registrations}
    with party_scope(who.person):
        rows = [row for row in limits_by_law.restrictions_of(who.person) if row.tenant_id in places]
    shown = []
    for row in rows:
        place = places[row.tenant_id]
        with tenant_scope(row.tenant_id):
            reason = limits_by_law.restriction_reason(row)
        shown.append((limit_of(row, place=place.name, slug=place.slug), reason))
    return who.page("patients/limits.html", {"here": "record", "limits": shown})


@patient(methods=ACT)
def ask(who: Visitor, tenant: str, restriction: UUID) -> HttpResponseBase:
    """Ask for a review. A second time changes nothing."""
    where = place_of(who, tenant)
    try:
        with tenant_scope(where.tenant_id):
            ask_review(restriction=restriction, person=who.person, actor=who.caller.user)
    except RestrictionClosed as error:
        messages.info(who.request, said(error))
    else:
        messages.success(who.request, _("Sent. Somebody who did not decide it looks at it again."))
    return redirect("patients:limits")
