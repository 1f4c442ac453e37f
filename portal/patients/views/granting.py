"""Share with someone: a page a question, then everything once more, then sign."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from consent.errors import ConsentError
from consent.signature import Signature
from portal.accounts import selectors as accounts
from portal.accounts.confirming import confirmation_required, evidence
from portal.accounts.errors import AccountsError
from portal.patients import checking, drafts, granting, onlooking, signing
from portal.patients.door import Visitor, patient
from portal.patients.drafts import Draft
from portal.patients.forms import Purpose, Question, Sign, Until, What, Where, Who, Why
from portal.records.services import own_outlines, own_preview, what_changes
from portal.staff.answering import FORM

FORMS: dict[str, type[Question]] = {"where": Where, "who": Who, "what": What, "why": Why, "until": Until}


@patient(methods=FORM)
def begin(who: Visitor) -> HttpResponseBase:
    """A new draft, and what it is for. Who is a patient at one organisation only is not asked whose records."""
    slugs = [each.tenant.slug for each in who.registrations]
    draft = Draft(where=slugs if len(slugs) == 1 else ())
    if who.request.GET.get("kind") == "relative":
        draft = draft.with_answers(suggested="relative", kinds=["relative"])
        drafts.save(who.request, draft)
        return _onward(draft)
    form = Purpose(who.request.POST or None, initial=Purpose.start(draft))
    if form.is_valid():
        draft = draft.with_answers(**form.answers())
    drafts.save(who.request, draft)
    if form.is_valid():
        return _onward(draft)
    context = checking.beginning(draft) | {"here": "sharing", "form": form}
    return who.page("patients/grant.html", context, status=422 if form.is_bound else 200)


@patient(methods=FORM)
def question(who: Visitor, step: str) -> HttpResponseBase:
    """One question. A fault keeps what was typed; an answer leads on to the next question that has none."""
    draft = drafts.load(who.request)
    if step not in draft.steps:
        raise Http404
    form = _form(step, who, draft)
    if form.is_valid():
        draft = draft.with_answers(**form.answers())
        drafts.save(who.request, draft)
        return _onward(draft)
    context = checking.asking(draft, step) | {"here": "sharing", "form": form}
    return who.page("patients/grant.html", context, status=422 if form.is_bound else 200)


@confirmation_required
@patient(methods=FORM)
def check(who: Visitor) -> HttpResponseBase:
    """Everything once more, with the code and what it would show today; and the signature.

    Whoever signs has said just before who they are; allauth asks, and then goes on with what was submitted.
    """
    draft = drafts.load(who.request)
    if draft.open_step:
        return _onward(draft)
    try:
        offered = granting.proposals(who.caller, draft, who.registrations)
    except AccountsError:
        return redirect("patients:grant_step", "who")
    except ConsentError as error:  # such as a part that was chosen for another grantee
        messages.warning(who.request, str(error))
        return redirect("patients:grant_step", "what")
    form = Sign(who.request.POST or None, initial={"code_hashes": granting.fingerprints(offered)})
    if form.is_valid() and (address := _signed(who, offered, form)):
        return redirect(address)
    counts = own_preview(own_outlines([each.where for each in offered]), named=draft.sensitivity)
    context = checking.checking(draft, offered, counts) | {
        "here": "sharing",
        "form": form,
        "ways": signing.ways(who.caller, offered),
        "changes": onlooking.differences(
            what_changes(
                caller=who.caller,
                offers=[(each.terms, each.display) for each in offered],
                supersedes=offered[0].supersedes,
            )
        ),
        "beside": granting.beside(offered),
    }
    return who.page("patients/grant.html", context, status=422 if form.is_bound else 200)


def _signed(who: Visitor, offered: list[granting.Proposal], form: Sign) -> str:
    """Where to go on: to what was signed, or to read it again where it has changed; "" where it was refused."""
    try:
        made = granting.sign(
            caller=who.caller,
            offered=offered,
            shown=form.cleaned_data["code_hashes"],
            signature=Signature("reauthenticated", who.caller.user, evidence(who.request)),
        )
    except granting.ContractChanged as error:
        messages.warning(who.request, str(error))
        return reverse("patients:grant_check")
    except ConsentError as error:
        form.add_error(None, str(error))
        return ""
    return signed(who, made)


def signed(who: Visitor, made: list[UUID]) -> str:
    """Forget the draft; where to go on to."""
    drafts.forget(who.request)
    if len(made) > 1:
        messages.success(who.request, _("Signed. Sharing has started."))
        return reverse("patients:sharing")
    return reverse("patients:contract", args=made) + "?signed=1"


def _form(step: str, who: Visitor, draft: Draft) -> Any:
    posted = who.request.POST if who.request.method == "POST" else None
    choices: dict[str, Any] = {}
    if step == "where":
        choices = {"places": [(each.tenant.slug, each.tenant.name) for each in who.registrations]}
    elif step == "who":
        choices = {"organisations": [(each.slug, each.name) for each in accounts.organisations()]}
        choices["kinds"] = draft.kinds
    elif step == "what":
        choices = {"relative": draft.kind == "relative"}
    return FORMS[step](posted, initial=FORMS[step].start(draft), **choices)


def _onward(draft: Draft) -> HttpResponseBase:
    """To the first question without an answer, else to the check."""
    if draft.open_step:
        return redirect("patients:grant_step", draft.open_step)
    return redirect("patients:grant_check")
