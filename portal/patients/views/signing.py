"""Sign with a passkey what the check page shows. The weaker way, without JavaScript, is that page's own form."""

from django.contrib import messages
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import redirect

from consent.errors import ConsentError
from portal.accounts.errors import AccountsError
from portal.design.refusals import said
from portal.patients import drafts, granting, signing
from portal.patients.door import Visitor, visitor
from portal.patients.forms import SignByPasskey
from portal.patients.granting import Proposal
from portal.patients.views.granting import side_of, signed
from portal.staff.answering import ACT


@visitor(methods=ACT)
def challenge(who: Visitor) -> HttpResponseBase:
    """What the passkey is asked, as JSON for the page's own script; a refusal says so in `error`."""
    form = SignByPasskey(who.request.POST)
    if not form.is_valid():
        return JsonResponse({"error": "code_hashes"}, status=400)
    try:
        shown = form.cleaned_data["code_hashes"]
        asked = signing.challenges(request=who.request, caller=who.caller, offered=_offered(who), shown=shown)
    except (ConsentError, AccountsError) as error:
        return JsonResponse({"error": said(error)}, status=error.status)
    return JsonResponse({"asked": asked})


@visitor(methods=ACT)
def sign(who: Visitor) -> HttpResponseBase:
    """The passkey's answers, submitted as a form; on to what was signed, or back to read it again."""
    form = SignByPasskey(who.request.POST)
    if not form.is_valid():
        return redirect("patients:grant_check")
    try:
        made = signing.sign(
            request=who.request,
            caller=who.caller,
            offered=_offered(who),
            shown=form.cleaned_data["code_hashes"],
            answers=form.cleaned_data["answers"],
        )
    except (ConsentError, AccountsError) as error:
        messages.warning(who.request, said(error))
        return redirect("patients:grant_check")
    return redirect(signed(who, drafts.load(who.request), made))


def _offered(who: Visitor) -> list[Proposal]:
    draft = drafts.load(who.request)
    if draft.open_step:
        raise granting.ContractChanged("There is nothing to sign here any more. Begin again.")
    return granting.proposals(who.caller, draft, side_of(who, draft).registrations)
