"""Show one's record to somebody without an account: make a code, let in who comes with it, stop."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from consent.signature import Signature
from portal.accounts.confirming import confirmation_required, evidence
from portal.patients import codes as shown
from portal.patients.door import Visitor, patient
from portal.patients.forms import ShowTo
from portal.records.services import end_shared, let_in, offer_code, shared_by_code
from portal.staff.answering import ACT, FORM


@patient(methods=FORM)
def codes(who: Visitor) -> HttpResponseBase:
    """A new code, shown this once; and the codes that still open something, with who came by them.

    `known`: the version of that list that an open page shows; while it is right, the answer is empty.
    """
    places = [(each.tenant.slug, each.tenant.name) for each in who.registrations]
    form = ShowTo(who.request.POST or None, places=places)
    code = ""
    if form.is_valid():
        given = form.cleaned_data
        _made, code = offer_code(caller=who.caller, slug=given["where"], categories=given["what"])
    found = shared_by_code(caller=who.caller)
    version = shown.version(found)
    if who.request.GET.get("known") == version:
        return HttpResponse(status=204)
    context = {"here": "sharing", "form": form, "code": code, "version": version}
    context["shares"] = shown.shown(found)
    return who.page("patients/codes.html", context, status=422 if form.errors else 200)


@confirmation_required
@patient(methods=ACT)
def admit(who: Visitor, share: UUID) -> HttpResponseBase:
    """Let in who waits. The patient has said just before who they are: this signs a contract for an hour."""
    signature = Signature("reauthenticated", who.caller.user, evidence(who.request))
    let_in(caller=who.caller, share=share, signature=signature)
    messages.success(who.request, _("They can read now. You can stop it at any moment."))
    return redirect("patients:codes")


@patient(methods=ACT)
def end(who: Visitor, share: UUID) -> HttpResponseBase:
    """End a code and what it opened. A second time changes nothing."""
    end_shared(caller=who.caller, share=share)
    messages.success(who.request, _("Ended. Nothing more is shown by that code."))
    return redirect("patients:codes")
