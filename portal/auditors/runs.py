"""Asking for a verification of a whole log, or for a replay of its decisions, and how far it is."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger.scope import tenant_scope
from ledger.selectors import log_status
from portal.auditors import tasks
from portal.auditors.models import Replay, Run, Verification
from portal.design.shapes import Check

# A run gives a sign of life every second; one that was killed must not keep the next from starting.
LOST = timedelta(seconds=60)


def start(*, tenant: UUID, actor: UUID) -> None:
    """Queue a verification of this tenant's log, unless one waits or runs already."""
    if run := _begun(Verification, tenant, actor):
        tasks.verify.defer(tenant=str(tenant), run=str(run))


def start_replay(*, tenant: UUID, actor: UUID) -> None:
    """Queue a replay of this tenant's decisions, unless one waits or runs already."""
    if run := _begun(Replay, tenant, actor):
        tasks.replay.defer(tenant=str(tenant), run=str(run))


def newest() -> Verification | None:
    """The last verification asked for in the open scope."""
    return Verification.objects.order_by("-asked").first()


def newest_replay() -> Replay | None:
    """The last replay asked for in the open scope."""
    return Replay.objects.order_by("-asked").first()


def last_finished() -> Verification | None:
    """The last verification that came to an end."""
    return Verification.objects.exclude(held=None).order_by("-asked").first()


def _begun(kind: type[Verification] | type[Replay], tenant: UUID, actor: UUID) -> UUID | None:
    """The id of a new run, None if one is unfinished."""
    with tenant_scope(tenant):
        unfinished = kind.objects.filter(tenant_id=tenant, finished=None)
        unfinished.filter(seen__lt=timezone.now() - LOST).update(finished=timezone.now())
        try:
            with transaction.atomic():
                total = log_status().entries
                return kind.objects.create(tenant_id=tenant, asked_by=actor, total=total).id
        except IntegrityError:
            return None


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
