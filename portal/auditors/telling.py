"""A verification of a whole log, or a replay of its decisions, in words."""

from collections.abc import Sequence
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.design.shapes import Check
from portal.inspections.services import Run, Verification


def checks(run: Verification) -> Sequence[Check]:
    """What a run looks at, and as far as it is known: held, or not. A break is said by itself."""
    if run.findings:
        return ()
    state: Literal["holds", "wait"] = "holds" if run.held else "wait"
    looked = (
        _("Chain: each entry names the one before"),
        _("Tree: every tile from its leaves"),
        _("Checkpoints: every signature and root"),
        _("Bodies: every fingerprint"),
        _("Records: each version against its entry"),
    )
    return [Check(says=says, state=state) for says in looked]


def first_break(run: Run) -> str:
    """Where the log breaks first, in words; why there is no answer if it could not be finished; else empty."""
    if run.findings:
        found = run.findings[0]
        place = "" if found["index"] is None else _("Entry %(n)d: ") % {"n": found["index"]}
        return f"{place}{found['sentence']} ({found['kind']})"
    if run.finished and run.held is None:
        return _("The check was interrupted before its end, so nothing is known. Start it again.")
    return ""


def took(run: Run) -> str:
    """How long it took, in words."""
    assert run.finished is not None  # noqa: S101 - asked only of finished runs
    seconds = max(1, round((run.finished - run.asked).total_seconds()))
    return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
