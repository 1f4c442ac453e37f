"""A witness in words: how far it is, and whether it answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.selectors import AskedWitness, LogStatus
from portal.design.templatetags.assent import figure
from portal.design.times import words as moment
from portal.staff.desk import Place

LATE = timedelta(seconds=60)
Tone = Literal["holds", "needs", "alarm"]


@dataclass(frozen=True)
class Watching:
    """A witness and how far it is. `fault`: why it did not cosign the last time."""

    name: str
    url: str
    vkey: str
    says: str
    tone: Tone
    state: str
    fault: str
    remove_url: str


def watched(each: AskedWitness, state: LogStatus, place: Place) -> Watching:
    tone: Tone
    if each.error:
        tone, words = "alarm", _("Does not answer well")
    elif each.cosigned is None:
        tone, words = "needs", _("Not yet")
    elif each.size < state.size and _late(each.cosigned):
        tone, words = "needs", _("Behind")
    else:
        tone, words = "holds", _("Cosigns")
    says = _("Has cosigned nothing yet.")
    if each.cosigned:
        says = _("%(n)s of %(all)s entries cosigned. The last time: %(when)s.") % {
            "n": figure(each.size),
            "all": figure(state.size),
            "when": moment(each.cosigned, "moment"),
        }
    remove = f"{reverse('administration:witness_remove', args=[place.slug])}?{urlencode({'name': each.name})}"
    return Watching(each.name, each.url, each.vkey, says, tone, words, each.error, remove)


def _late(time: datetime) -> bool:
    return timezone.now() - time > LATE
