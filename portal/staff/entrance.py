"""Where a member starts: the first desk that they have, in one face or in any."""

from collections.abc import Mapping

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from portal.accounts.callers import roles_of
from portal.accounts.errors import NotAMember
from portal.accounts.models import Role
from portal.staff.refusals import refusal

HOMES = {
    Role.CLINICIAN: "providers:find",
    Role.AUDITOR: "auditors:status",
    Role.ADMINISTRATOR: "administration:first_steps",
    Role.PRIVACY_OFFICER: "administration:reviews",
}


def home_of(request: HttpRequest) -> str | None:
    """The address where somebody works first; None if they work nowhere."""
    first = next(iter(roles_of(request)), None)
    return reverse(HOMES[Role(first.role)], args=[first.tenant.slug]) if first else None


@login_required
def first_desk(request: HttpRequest, desks: Mapping[Role, str]) -> HttpResponseBase:
    """Go on to the page that `desks` names for the first of the member's roles; it takes the organisation's slug."""
    first = next((item for item in roles_of(request) if item.role in desks), None)
    if first is None:
        return refusal(
            request, NotAMember("This page is for people who work here in another role than yours.")
        )
    return redirect(desks[Role(first.role)], first.tenant.slug)
