"""The second signature: read what somebody else signed first, then sign it, too, or decline."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from consent import services
from consent.errors import ConsentError, ContractEnded, ContractNotWaiting
from ledger.scope import tenant_scope
from portal.accounts.confirming import confirmation_required, evidence
from portal.accounts.errors import AccountsError
from portal.design.refusals import said
from portal.patients import contracts, cosigning, signing
from portal.patients.door import Visitor, visitor
from portal.patients.forms import Sign, SignByPasskey
from portal.staff.answering import ACT, FORM


@confirmation_required
@visitor(methods=FORM)
def one(who: Visitor, contract: UUID) -> HttpResponseBase:
    """What is to be signed; and the signature of whoever has no passkey. They said just before who they are."""
    row = cosigning.waiting(who.caller, contract)
    form = Sign(who.request.POST or None, initial={"code_hashes": row.code_hash})
    if form.is_valid() and _signed(who, row, form.cleaned_data["code_hashes"]):
        return redirect("patients:home")
    names = contracts.names_for([row])
    context = {
        "here": "",
        "contract": contracts.shown(row, names, code=True),
        "first": cosigning.first_signer(row),
        "place": names.get(row.tenant_id, ""),
        "waits": cosigning.is_waiting(row),
        "form": form,
        "ways": signing.ways_at(who.caller, {row.tenant_id}),
    }
    return who.page("patients/second.html", context, status=422 if form.errors else 200)


@visitor(methods=ACT)
def challenge(who: Visitor, contract: UUID) -> HttpResponseBase:
    """What the passkey is asked, as JSON for the page's own script; a refusal says so in `error`."""
    form = SignByPasskey(who.request.POST)
    if not form.is_valid():
        return JsonResponse({"error": "code_hashes"}, status=400)
    try:
        asked = signing.second_challenge(
            request=who.request,
            caller=who.caller,
            row=cosigning.waiting(who.caller, contract),
            shown=form.cleaned_data["code_hashes"],
        )
    except (ConsentError, AccountsError) as error:
        return JsonResponse({"error": said(error)}, status=error.status)
    return JsonResponse({"asked": asked})


@visitor(methods=ACT)
def passkey(who: Visitor, contract: UUID) -> HttpResponseBase:
    """The passkey's answer, submitted as a form."""
    row, form = cosigning.waiting(who.caller, contract), SignByPasskey(who.request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    # Without an answer this would be the weaker signature, which asks first who it is.
    if given.get("answers") and _signed(who, row, given["code_hashes"], given["answers"]):
        return redirect("patients:home")
    return redirect("patients:second", contract)


@visitor(methods=ACT)
def decline(who: Visitor, contract: UUID) -> HttpResponseBase:
    """Do not sign: it ends without having shared anything. A second time changes nothing."""
    row = cosigning.waiting(who.caller, contract)
    try:
        with tenant_scope(row.tenant_id):
            services.decline_cosignature(contract=row.id, cosigner=who.caller.user)
    except (ContractEnded, ContractNotWaiting) as error:
        messages.info(who.request, said(error))
    else:
        messages.success(who.request, _("You declined. Nothing is shared by it, and they are told."))
    return redirect("patients:home")


def _signed(who: Visitor, row: contracts.Row, shown: str, answers: str = "") -> bool:
    try:
        signing.second(
            request=who.request,
            caller=who.caller,
            row=row,
            shown=shown,
            answers=answers,
            proof={} if answers else evidence(who.request),
        )
    except (ConsentError, AccountsError) as error:
        messages.warning(who.request, said(error))
        return False
    messages.success(who.request, _("You signed it, too. It is in force now."))
    return True
