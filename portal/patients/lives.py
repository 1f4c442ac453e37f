"""The life of one contract, as its entries in the ledger tell it. In the custodian's scope."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ledger.selectors import Entry, subject_entries
from portal.design.shapes import Fact
from portal.design.times import words as time_words
from portal.design.vocabulary import REPORTS

STEPS: Mapping[str, StrOrPromise] = {
    "contract.proposed": _("Written"),
    "contract.signed": _("Signed"),
    "contract.activated": _("In force"),
    "contract.suspended": _("Suspended"),
    "contract.superseded": _("Replaced"),
    "contract.revoked": _("Stopped by you"),
    "contract.expired": _("Ended"),
    "report.made": _("Report back to you"),
    "refusal.bound": _("Holds in emergencies, too"),
    "refusal.yielded": _("Gives way to emergencies"),
}
MOST = 500


def life_of(contract: Any) -> list[Entry]:
    """The entries of this contract, oldest first."""
    found = subject_entries(subject=contract.person, types=list(STEPS), limit=MOST)
    return [entry for entry in reversed(found) if entry.audit.get("contract") == str(contract.id)]


def facts_of(contract: Any, life: Sequence[Entry], *, custodian: str, slug: str) -> list[Fact]:
    """What can be checked about the contract: each step of its life is a link of the chain."""
    steps = [
        Fact(
            name=str(STEPS[entry.type]),
            value=str(REPORTS.get(entry.audit.get("outcome", ""), "")) or _place(entry),
            detail=time_words(entry.time, "moment"),
            url=reverse("patients:entry", args=[slug, entry.id]),
        )
        for entry in life
    ]
    return [
        Fact(name=str(_("Held by")), value=custodian),
        Fact(name=str(_("Fingerprint")), fingerprint=contract.code_hash),
        *steps,
    ]


def _place(entry: Entry) -> str:
    if entry.index is None:
        return str(_("Being sealed"))
    return str(_("Link %(index)s") % {"index": entry.index})
