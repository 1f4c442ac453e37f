"""What the pages of the sharing flow hold besides their form: where one is, and at the end all answers once more."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from consent.sentence import until as until_in_sentence
from consent.terms import Terms
from consent.vocabulary import DELEGATED
from portal.design.shapes import Contract, Fact
from portal.design.times import words as time_words
from portal.design.vocabulary import PURPOSES
from portal.patients import words
from portal.patients.contracts import capitalised, emphasised, last_day
from portal.patients.drafts import OWN, Draft
from portal.patients.granting import Proposal
from portal.patients.presenting import seen_and_hidden
from portal.records.services import Count

AGAIN = "again"
"""In the address of the first page: with what was answered before."""
TITLES: Mapping[str, StrOrPromise] = {
    "where": gettext_lazy("Whose records do you want to share?"),
    "who": gettext_lazy("Who do you want to share with?"),
    "what": gettext_lazy("What may they see?"),
    "why": gettext_lazy("What may they use it for?"),
    "until": gettext_lazy("How long may they look?"),
}
REFUSING: Mapping[str, StrOrPromise] = {
    "where": gettext_lazy("Whose records do you want to keep closed?"),
    "who": gettext_lazy("Who is to see nothing, even in an emergency?"),
    "what": gettext_lazy("What may they not see?"),
    "until": gettext_lazy("How long does it hold?"),
}
DANGER: StrOrPromise = gettext_lazy(
    "They are refused even if your life is in danger and you cannot be asked. You can stop it at any time."
)
LEADS: Mapping[str, StrOrPromise] = {
    "where": gettext_lazy("Each organisation that holds records about you gets a contract of its own."),
    "what": gettext_lazy(
        "Only what you choose. What is marked as sensitive stays closed unless you name it."
    ),
    "until": gettext_lazy("It ends by itself. You can stop it earlier at any time."),
}


def beginning(draft: Draft) -> dict[str, Any]:
    """The page before the first question."""
    return {
        "step": 1,
        "steps": replace(draft, purpose=OWN).pages,
        "title": _("What do you want to share for?"),
        "lead": _(
            "This settles what they may use it for, and ticks what is usually needed. You can change it."
        ),
        "back_url": reverse("patients:sharing"),
    }


def asking(draft: Draft, step: str) -> dict[str, Any]:
    """The page of one question."""
    return {
        **_place(draft, step),
        "title": REFUSING[step] if draft.refuses else TITLES[step],
        "lead": DANGER if draft.refuses else LEADS.get(step, ""),
    }


def _place(draft: Draft, page: str) -> dict[str, Any]:
    """Where one is in the flow, and the way back."""
    at = draft.pages.index(page)
    before = draft.pages[at - 1] if at else ""
    if before == "purpose":
        back_url = f"{reverse('patients:grant')}?{AGAIN}=1"
    elif before:
        back_url = reverse("patients:grant_step", args=[before])
    else:
        back_url = reverse("patients:sharing")
    return {"step": at + 1, "steps": draft.pages, "back_url": back_url}


def checking(draft: Draft, offered: Sequence[Proposal], counts: Sequence[Count]) -> dict[str, Any]:
    """The last page: what will be signed, the answers, and what it would show today."""
    seen, hidden = seen_and_hidden(counts, draft.what)
    return {
        **_place(draft, "check"),
        "title": _("Check, then sign"),
        "lead": DANGER if draft.refuses else "",
        "offered": [_contract(each) for each in offered],
        "facts": _answers(draft, offered),
        "seen": seen,
        "hidden": hidden,
        "refuses": draft.refuses,
        "supersedes": draft.supersedes,
        "asked_more": words.parts(set(draft.asked) - set(draft.what)),
    }


def _contract(offer: Proposal) -> Contract:
    strong = [
        offer.who.name,
        words.listed(words.parts(offer.terms.categories)),
        offer.where.tenant.name,
        words.listed([said for code, said in PURPOSES.items() if code in offer.terms.purposes]),
        until_in_sentence(offer.terms.ends),
    ]
    return Contract(
        id="",
        grantee=offer.who.name,
        sentence=offer.code.sentence,
        phrases=emphasised(offer.code.sentence, strong),
        code=offer.code.cedar,
        code_hash=offer.code.code_hash,
    )


def _answers(draft: Draft, offered: Sequence[Proposal]) -> list[Fact]:
    who = offered[0].who
    detail = {
        "clinician": who.organisation,
        "organisation": _("Any clinician who works there"),
        "relative": _("Looks after you, on your behalf"),
    }[draft.kind]
    purposes = [capitalised(words.purpose(code)) for code in words.PURPOSES if code in draft.why]
    facts = {
        "where": Fact(name=_("Held by"), value=words.listed([each.where.tenant.name for each in offered])),
        "who": Fact(name=_("Who"), value=who.name, detail=detail),
        "what": Fact(
            name=_("What"),
            value=capitalised(words.listed(words.parts(draft.what))),
            detail=_also(draft),
        ),
        "why": Fact(name=_("Why"), value=words.listed(purposes)),
        "until": Fact(name=_("How long"), value=_until(offered[0].terms.ends)),
    }
    conditions = _conditions(offered[0].terms)
    if conditions:
        facts["conditions"] = Fact(name=_("Conditions"), value=". ".join(conditions))
    facts = {step: fact for step, fact in facts.items() if step != "why" or step in draft.steps}
    return [replace(fact, change_url=_change_url(draft, step)) for step, fact in facts.items()]


def _change_url(draft: Draft, answer: str) -> str:
    """Where an answer is given anew; "" if it was not asked for."""
    step = "until" if answer == "conditions" else answer
    return reverse("patients:grant_step", args=[step]) if step in draft.steps else ""


def _also(draft: Draft) -> str:
    """Beside reading what is ordinary."""
    if draft.refuses:
        return _("Whatever it is marked as")
    named = [str(said) for code, said in words.SENSITIVITIES.items() if code in draft.sensitivity]
    said = [
        _("Also what is marked as: %(marks)s") % {"marks": ", ".join(named)}
        if named
        else _("Nothing that is marked as sensitive")
    ]
    said += [str(name) for action, name in words.MORE_ACTIONS.items() if action in draft.actions]
    if DELEGATED in draft.actions:
        said.append(_("They may decide for you whom these parts are shared with"))
    return ". ".join(said)


def _conditions(terms: Terms) -> list[str]:
    """What holds beside the period, one sentence each."""
    found = []
    if terms.uses is not None:
        found.append(_("It ends after %(number)s looks") % {"number": terms.uses})
    if terms.suspend_above is not None:
        found.append(_("It pauses above %(number)s looks a day") % {"number": terms.suspend_above})
    if terms.data_starts is not None:
        day = time_words(terms.data_starts.date(), "day")
        found.append(_("Only entries from %(day)s on") % {"day": day})
    if terms.data_ends is not None:
        found.append(_("Only entries up to %(day)s") % {"day": time_words(last_day(terms.data_ends), "day")})
    if terms.strong:
        found.append(_("Only if they signed in with a second factor"))
    if terms.redisclosure:
        found.append(_("They are told that 42 CFR Part 2 protects it"))
    if terms.report_back:
        found.append(_("They report back to you what came of it"))
    if not terms.notify:
        found.append(_("You are not told of each look"))
    return found


def _until(ends: datetime) -> str:
    return _("Until the end of %(day)s") % {"day": time_words(last_day(ends), "day")}
