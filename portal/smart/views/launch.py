"""`/o/launch/<organisation>/<person>/`: a clinician opens an application from a patient's chart."""

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import render

from portal.accounts.models import Role
from portal.smart import launching
from portal.smart.errors import UnknownApplication
from portal.smart.issuing import fhir_path
from portal.smart.views.onward import onward
from portal.staff.answering import FORM
from portal.staff.desk import Desk, desk


@desk(Role.CLINICIAN, methods=FORM)
def launch(at: Desk, patient: UUID) -> HttpResponseBase:
    """Which applications there are; the chosen one is told of the launch by its own address."""
    places = launching.launchable(at.place.id)
    if at.request.method != "POST":
        context = {"applications": places, "patient": patient, "place": at.place}
        return render(at.request, "smart/launch.html", context)
    wanted = at.request.POST.get("application", "")
    chosen = next((each for each in places if str(each.id) == wanted), None)
    if chosen is None:
        raise UnknownApplication("That application cannot be opened from here (any more).")
    issuer = at.request.build_absolute_uri(fhir_path(at.place.slug))
    address = launching.start(
        caller=at.caller, tenant=at.place.id, application=chosen, person=patient, issuer=issuer
    )
    return onward(at.request, chosen, address)
