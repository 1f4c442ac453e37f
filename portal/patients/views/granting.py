"""Share with someone: a page a question, then everything once more, then sign."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from portal.accounts.errors import AccountsError, UnknownPerson
from portal.accounts.models import Registration
from portal.design.refusals import said
from portal.design.shapes import Fact
from portal.patients import checking, drafts, granting, onlooking, part2, signing, words
from portal.patients.door import Visitor, patient, visitor
from portal.patients.drafts import Draft
from portal.patients.forms import Purpose, Question, Sign, Until, What, Where, Who, Why
from portal.records.services import (
    Acting,
    Count,
    acting_for,
    own_outlines,
    own_preview,
    preview,
    what_changes,
)
from portal.staff.answering import FORM

FORMS: dict[str, type[Question]] = {"where": Where, "who": Who, "what": What, "why": Why, "until": Until}


@patient(methods=FORM)
def begin(who: Visitor) -> HttpResponseBase:
    """A new draft, and what it is for. Whoever comes back to this page with the same answer goes on with the others."""
    draft = _fresh(who)
    if who.request.GET.get("kind") == "relative":
        draft = draft.with_answers(suggested="relative", kinds=["relative"])
        drafts.save(who.request, draft)
        return _onward(draft)
    before = drafts.load(who.request) if checking.AGAIN in who.request.GET else draft
    refusable = granting.refusable(who.registrations)
    form = Purpose(who.request.POST or None, initial=Purpose.start(before), refusable=bool(refusable))
    if form.is_valid():
        answers = form.answers()
        if answers.get("refuses") and len(refusable) == 1:
            answers["where"] = [refusable[0].tenant.slug]
        draft = before if answers["purpose"] == before.purpose else draft.with_answers(**answers)
        drafts.save(who.request, draft)
        return _onward(draft)
    drafts.save(who.request, before)
    context = checking.beginning(draft) | {"here": "sharing", "form": form}
    return who.page("patients/grant.html", context, status=422 if form.is_bound else 200)


def _fresh(who: Visitor) -> Draft:
    """No answers yet. Who is a patient at one organisation only is not asked whose records."""
    slugs = [each.tenant.slug for each in who.registrations]
    return Draft(where=slugs, one_place=True) if len(slugs) == 1 else Draft()


@dataclass(frozen=True)
class Side:
    """Whose records are shared: one's own, or `acting` says for whom."""

    registrations: Sequence[Registration]
    acting: Acting | None = None


def side_of(who: Visitor, draft: Draft) -> Side:
    """Raises UnknownPerson where one may not decide (any more)."""
    if draft.acting:
        acting = acting_for(caller=who.caller, person=UUID(draft.acting))
        return Side(acting.registrations, acting)
    if who.caller.person is None:
        raise UnknownPerson("No record is joined to this account, so that it has none to share.")
    return Side(granting.refusable(who.registrations) if draft.refuses else who.registrations)


@visitor(methods=FORM)
def question(who: Visitor, step: str) -> HttpResponseBase:
    """One question. A fault keeps what was typed; an answer leads on to the next question that has none."""
    draft = drafts.load(who.request)
    if step not in draft.steps:
        raise Http404
    side = side_of(who, draft)
    form = _form(step, who, draft, side)
    if form.is_valid():
        draft = draft.with_answers(**form.answers())
        drafts.save(who.request, draft)
        return _onward(draft)
    context = checking.asking(draft, step) | _whose(side) | {"form": form}
    context |= {"draft": drafts.sealed(who.request, draft)}
    return who.page("patients/grant.html", context, status=422 if form.is_bound else 200)


@confirmation_required
@visitor(methods=FORM)
def check(who: Visitor) -> HttpResponseBase:
    """Everything once more, with the code and what it would show today; and the signature.

    Whoever signs has said just before who they are; allauth asks, and then goes on with what was submitted.
    """
    draft = drafts.load(who.request)
    if draft.open_step:
        return _onward(draft)
    side = side_of(who, draft)
    try:
        offered = granting.proposals(who.caller, draft, side.registrations)
    except AccountsError:
        return redirect("patients:grant_step", "who")
    except ConsentError as error:  # such as a part that was chosen for another grantee
        messages.warning(who.request, said(error))
        return redirect("patients:grant_step", "what")
    form = Sign(who.request.POST or None, initial={"code_hashes": granting.fingerprints(offered)})
    if form.is_valid() and (address := _signed(who, draft, offered, form)):
        return redirect(address)
    counts = _counts(who, draft, offered)
    context = checking.checking(draft, offered, counts) | _whose(side)
    context |= {"form": form, "ways": signing.ways(who.caller, offered), **_beside(who, draft, offered)}
    context |= {"draft": drafts.sealed(who.request, draft), "part2": _part2(who, side, offered)}
    return who.page("patients/grant.html", context, status=422 if form.is_bound else 200)


def _part2(who: Visitor, side: Side, offered: list[granting.Proposal]) -> list[list[Fact]]:
    """What the law asks of each of these that is a consent under 42 CFR Part 2."""
    patient = words.name(side.acting.name) if side.acting else who.caller.name
    found = [part2.facts(each.terms, each.display, patient=patient) for each in offered]
    return [facts for facts in found if facts]


def _whose(side: Side) -> dict[str, Any]:
    """For the head of the page: whose record is shared."""
    if side.acting is None:
        return {"here": "sharing"}
    return {"here": "", "person": {"name": words.name(side.acting.name), "own": False}}


def _counts(who: Visitor, draft: Draft, offered: list[granting.Proposal]) -> list[Count]:
    """What they would see today; a delegate is told of what they see themselves."""
    if not draft.acting:
        return own_preview(own_outlines([each.where for each in offered]), named=draft.sensitivity)
    return [
        count
        for each in offered
        for count in preview(
            caller=who.caller,
            tenant=each.where.tenant_id,
            person=each.where.person_id,
            categories=draft.what,
        )
    ]


def _beside(who: Visitor, draft: Draft, offered: list[granting.Proposal]) -> dict[str, Any]:
    """What it does to whatever else is shared, which is the patient's own to know."""
    if draft.acting:
        return {"acting": True}
    changes = what_changes(
        caller=who.caller,
        offers=[(each.terms, each.display) for each in offered],
        supersedes=offered[0].supersedes,
    )
    return {"changes": onlooking.differences(changes), "beside": granting.beside(offered)}


def _signed(who: Visitor, draft: Draft, offered: list[granting.Proposal], form: Sign) -> str:
    """Where to go on: to what was signed, or to read it again where it has changed; "" where it was refused."""
    try:
        made = granting.sign(
            caller=who.caller,
            offered=offered,
            shown=form.cleaned_data["code_hashes"],
            signature=Signature("reauthenticated", who.caller.user, evidence(who.request)),
        )
    except granting.ContractChanged as error:
        messages.warning(who.request, said(error))
        return reverse("patients:grant_check")
    except ConsentError as error:
        form.add_error(None, said(error))
        return ""
    return signed(who, draft, made)


def signed(who: Visitor, draft: Draft, made: list[UUID]) -> str:
    """Forget the draft; where to go on to."""
    drafts.forget(who.request)
    if draft.acting:
        messages.success(who.request, _("Signed. Sharing has started."))
        return reverse("patients:their_sharing", args=[draft.acting])
    if len(made) > 1:
        messages.success(who.request, _("Signed. Sharing has started."))
        return reverse("patients:sharing")
    return reverse("patients:contract", args=made) + "?signed=1"


def _form(step: str, who: Visitor, draft: Draft, side: Side) -> Any:
    posted = who.request.POST if who.request.method == "POST" else None
    choices: dict[str, Any] = {}
    if step == "where":
        choices = {"places": [(each.tenant.slug, each.tenant.name) for each in side.registrations]}
    elif step == "who":
        choices = {"organisations": [(each.slug, each.name) for each in accounts.organisations()]}
        choices["kinds"] = draft.kinds
    elif step == "what":
        choices = {
            "relative": draft.kind == "relative",
            "parts": side.acting.parts if side.acting else None,
        }
    if step in ("what", "until"):
        choices["refuses"] = draft.refuses
    return FORMS[step](posted, initial=FORMS[step].start(draft), **choices)


def _onward(draft: Draft) -> HttpResponseBase:
    """To the first question without an answer, else to the check."""
    if draft.open_step:
        return redirect("patients:grant_step", draft.open_step)
    return redirect("patients:grant_check")
