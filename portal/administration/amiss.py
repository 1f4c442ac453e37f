"""What is not well with a log, its witnesses and its keys, what that means, and what mends it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger.selectors import AskedWitness, Keys, LogStatus
from portal.administration.watching import LATE, Tone
from portal.design.templatetags.assent import figure
from portal.staff.desk import Place


@dataclass(frozen=True)
class Amiss:
    """Something to do: what is wrong, what that means, and the command or place that mends it."""

    title: str
    says: str
    command: str = ""
    tone: Tone = "needs"


def amiss(
    place: Place, state: LogStatus, asked: Sequence[AskedWitness], keys: Keys, quorum: int
) -> Iterator[Amiss]:
    """What is worst first."""
    yield from _of_the_log(place, state)
    yield from _of_witnesses(asked, quorum)
    yield from _of_keys(place, keys)


def _of_the_log(place: Place, state: LogStatus) -> Iterator[Amiss]:
    if state.log.alarm:
        yield Amiss(
            _("The log has stopped: %(code)s") % {"code": state.log.alarm},
            _(
                "It takes no entry, so nothing is shown or shared. Keep a copy of the database, find out what "
                "happened, and only then let it go on."
            ),
            f"manage.py verify_ledger --tenant {place.slug}\n"
            f"manage.py clear_alarm --tenant {place.slug} --reason '...'",
            "alarm",
        )
    if state.backlog and state.oldest_seconds > LATE.total_seconds():
        yield Amiss(
            _("Entries wait to be sealed"),
            _("The oldest has waited for %(n)s seconds. Is the sequencer running?")
            % {"n": figure(int(state.oldest_seconds))},
            "manage.py sequencer",
            "alarm",
        )


def _of_witnesses(asked: Sequence[AskedWitness], quorum: int) -> Iterator[Amiss]:
    able = [each for each in asked if not each.error]
    if quorum > len(able):
        yield Amiss(
            _("The quorum cannot be met"),
            _(
                "%(n)s witnesses must cosign, and only %(able)s of them answer: receipts prove less until then."
            )
            % {"n": figure(quorum), "able": figure(len(able))},
            tone="alarm",
        )
    for each in asked:
        if each.error:
            yield Amiss(_("%(name)s does not cosign") % {"name": each.name}, each.error)
    if not asked:
        yield Amiss(
            _("Nobody watches this log"),
            _(
                "A witness cosigns only what grew from what it saw before. Ask one that somebody else runs, below."
            ),
        )
    elif not quorum:
        yield Amiss(
            _("No witness is waited for"),
            _("The witnesses are asked, but receipts are made without them. Choose a quorum, below."),
        )


def _of_keys(place: Place, keys: Keys) -> Iterator[Amiss]:
    if any(key.state == "waits" for key in keys.signing):
        yield Amiss(
            _("A new key waits"),
            _("It signs as soon as the entry that announces it stands in the log. Is the sequencer running?"),
            "manage.py sequencer",
        )
    if keys.begun:
        yield Amiss(
            ngettext("%(n)d erasure has not ended", "%(n)d erasures have not ended", keys.begun)
            % {"n": keys.begun},
            _("It was broken off before the keys were destroyed. Start it again."),
            f"manage.py erase_subject --tenant {place.slug} --subject PERSON",
        )
