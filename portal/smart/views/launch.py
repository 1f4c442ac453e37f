"""`/o/launch/<organisation>/<person>/`: a clinician opens an application from a patient's chart."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from portal.accounts.models import Role
from portal.smart import launching
from portal.smart.issuing import fhir_path
from portal.staff.answering import FORM
from portal.staff.desk import Desk, desk


@desk(Role.CLINICIAN, methods=FORM)
def launch(at: Desk, patient: UUID) -> HttpResponseBase:
    """Which applications there are; the chosen one is told of the launch by its own address."""
    if at.request.method == "POST":
        return HttpResponseRedirect(_started(at, patient))
    context = {"applications": launching.launchable(at.place.id), "patient": patient}
    response: HttpResponse = render(at.request, "smart/launch.html", {"place": at.place, **context})
    response._csp_update = {"form-action": ["https:", "http://localhost:*", "http://127.0.0.1:*"]}  # type: ignore[attr-defined]
    return response


def _started(at: Desk, patient: UUID) -> str:
    try:
        chosen = UUID(at.request.POST.get("application", ""))
    except ValueError:
        chosen = UUID(int=0)
    issuer = at.request.build_absolute_uri(fhir_path(at.place.slug))
    return launching.start(
        caller=at.caller, tenant=at.place.id, application=chosen, person=patient, issuer=issuer
    )
