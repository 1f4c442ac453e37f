"""Show one's record to somebody without an account: make a code, let in who comes with it, stop."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from consent import services
from consent.errors import UnknownShare
from consent.signature import Signature
from ledger.scope import tenant_scope
from portal.accounts.confirming import confirmation_required, evidence
from portal.accounts.models import Registration
from portal.patients import codes as shown
from portal.patients.door import Visitor, patient
from portal.patients.forms import ShowTo
from portal.staff.answering import ACT, FORM


@patient(methods=FORM)
def codes(who: Visitor) -> HttpResponseBase:
    """A new code, shown this once; and the codes that still open something, with who came by them.

    `known`: the version of that list that an open page shows; while it is right, the answer is empty.
    """
    places = [(each.tenant.slug, each.tenant.name) for each in who.registrations]
    form = ShowTo(who.request.POST or None, places=places)
    code = _offer(who, form) if form.is_valid() else ""
    found = shown.live(who.registrations)
    version = shown.version(found)
    if who.request.GET.get("known") == version:
        return HttpResponse(status=204)
    context = {"here": "sharing", "form": form, "code": code, "shares": found, "version": version}
    return who.page("patients/codes.html", context, status=422 if form.errors else 200)


@confirmation_required
@patient(methods=ACT)
def admit(who: Visitor, tenant: str, share: UUID) -> HttpResponseBase:
    """Let in who waits. The patient has said just before who they are: this signs a contract for an hour."""
    where = _where(who, tenant)
    with tenant_scope(where.tenant_id):
        services.admit(
            share=share,
            person=who.person,
            actor=who.caller.user,
            signature=Signature("reauthenticated", who.caller.user, evidence(who.request)),
            custodian=where.tenant.name,
        )
    messages.success(who.request, _("They can read now. You can stop it at any moment."))
    return redirect("patients:codes")


@patient(methods=ACT)
def end(who: Visitor, tenant: str, share: UUID) -> HttpResponseBase:
    """End a code and what it opened. A second time changes nothing."""
    try:
        with tenant_scope(_where(who, tenant).tenant_id):
            services.end_share(share=share, person=who.person, actor=who.caller.user)
    except UnknownShare as error:
        raise Http404 from error
    messages.success(who.request, _("Ended. Nothing more is shown by that code."))
    return redirect("patients:codes")


def _offer(who: Visitor, form: forms.Form) -> str:
    given = form.cleaned_data
    with tenant_scope(_where(who, given["where"]).tenant_id):
        _made, code = services.offer_share(person=who.person, actor=who.caller.user, categories=given["what"])
    return code


def _where(who: Visitor, slug: str) -> Registration:
    found = next((each for each in who.registrations if each.tenant.slug == slug), None)
    if found is None:
        raise Http404
    return found
