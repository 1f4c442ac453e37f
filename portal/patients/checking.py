"""What the pages of the sharing flow hold besides their form: where one is, and at the end all answers once more."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from consent.sentence import day as day_in_sentence
from consent.vocabulary import PURPOSES
from portal.design.shapes import Contract, Fact
from portal.design.times import words as time_words
from portal.patients import words
from portal.patients.contracts import capitalised, emphasised
from portal.patients.drafts import Draft
from portal.patients.granting import Proposal
from portal.patients.presenting import seen_and_hidden
from portal.records.services import Count

TITLES: Mapping[str, StrOrPromise] = {
    "where": gettext_lazy("Whose records do you want to share?"),
    "who": gettext_lazy("Who do you want to share with?"),
    "what": gettext_lazy("What may they see?"),
    "why": gettext_lazy("What may they use it for?"),
    "until": gettext_lazy("How long may they look?"),
}
LEADS: Mapping[str, StrOrPromise] = {
    "where": gettext_lazy("Each organisation that holds records about you gets a contract of its own."),
    "what": gettext_lazy("Only what you choose. Entries that are marked as sensitive stay closed."),
    "until": gettext_lazy("It ends by itself. You can stop it earlier at any time."),
}


def asking(draft: Draft, step: str) -> dict[str, Any]:
    """The page of one question."""
    at = draft.steps.index(step)
    before = draft.steps[at - 1] if at else ""
    return {
        "step": at + 1,
        "steps": [*draft.steps, "check"],
        "title": TITLES[step],
        "lead": LEADS.get(step, ""),
        "back_url": reverse("patients:grant_step", args=[before]) if before else reverse("patients:sharing"),
    }


def checking(draft: Draft, offered: Sequence[Proposal], counts: Sequence[Count]) -> dict[str, Any]:
    """The last page: what will be signed, the answers, and what it would show today."""
    seen, hidden = seen_and_hidden(counts, draft.what)
    return {
        "step": len(draft.steps) + 1,
        "steps": [*draft.steps, "check"],
        "title": _("Check, then sign"),
        "back_url": reverse("patients:grant_step", args=["until"]),
        "offered": [_contract(each) for each in offered],
        "facts": _answers(draft, offered),
        "seen": seen,
        "hidden": hidden,
        "asked_more": words.parts(set(draft.asked) - set(draft.what)),
    }


def _contract(offer: Proposal) -> Contract:
    strong = [
        offer.who.name,
        words.listed(words.parts(offer.terms.categories)),
        offer.where.tenant.name,
        words.listed([said for code, said in PURPOSES.items() if code in offer.terms.purposes]),
        day_in_sentence(offer.terms.ends),
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
    purposes = [str(words.PURPOSE_CHOICES[code]) for code in words.PURPOSE_CHOICES if code in draft.why]
    facts = {
        "where": Fact(name=_("Held by"), value=words.listed([each.where.tenant.name for each in offered])),
        "who": Fact(name=_("Who"), value=who.name, detail=detail),
        "what": Fact(
            name=_("What"),
            value=capitalised(words.listed(words.parts(draft.what))),
            detail=_("Nothing that is marked as sensitive"),
        ),
        "why": Fact(name=_("Why"), value=words.listed(purposes)),
        "until": Fact(name=_("How long"), value=_until(draft)),
    }
    return [
        Fact(
            name=facts[step].name,
            value=facts[step].value,
            detail=facts[step].detail,
            change_url=reverse("patients:grant_step", args=[step]),
        )
        for step in draft.steps
    ]


def _until(draft: Draft) -> str:
    return _("Until the end of %(day)s") % {"day": time_words(date.fromisoformat(draft.until), "day")}
