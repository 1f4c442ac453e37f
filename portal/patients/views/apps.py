"""The applications that one has connected: what each may still do, and taking that back, one thing or all."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from portal.patients.door import Visitor, visitor
from portal.smart import services as smart
from portal.smart.errors import UnknownConnection
from portal.smart.words import beside, line
from portal.staff.answering import ACT


@visitor()
def connected(who: Visitor) -> HttpResponseBase:
    """Every application, newest first."""
    shown = [
        {
            "id": each.id,
            "name": each.application.name,
            "place": each.tenant.name,
            "since": each.since,
            "by_patient": each.by_patient,
            "contract": each.contract,
            "lines": [line(word) for word in smart.over_records(each)],
            "beside": [said for word in each.scopes.split() if (said := beside(word))],
        }
        for each in smart.connections_of(who.caller.user)
    ]
    return who.page("patients/apps.html", {"here": "sharing", "apps": shown})


@visitor(methods=ACT)
def take_back(who: Visitor, connection: UUID) -> HttpResponseBase:
    """Take one permission back. A second time changes nothing."""
    try:
        scope = who.request.POST.get("scope", "")
        left = smart.take_back(connection=connection, scope=scope, account=who.caller.user)
    except UnknownConnection:
        messages.info(who.request, _("That was taken back already."))
    else:
        name = {"name": left.application.name}
        if left.ended is not None:
            messages.success(who.request, _("%(name)s is no longer connected.") % name)
        else:
            messages.success(who.request, _("%(name)s may no longer do that.") % name)
    return redirect("patients:apps")


@visitor(methods=ACT)
def end(who: Visitor, connection: UUID) -> HttpResponseBase:
    """End the connection with its contract and its tokens. A second time changes nothing."""
    try:
        ended = smart.disconnect(connection=connection, account=who.caller.user)
    except UnknownConnection:
        messages.info(who.request, _("That application is not connected any more."))
    else:
        messages.success(
            who.request, _("%(name)s is no longer connected.") % {"name": ended.application.name}
        )
    return redirect("patients:apps")
