"""Long work on a tenant's log that its auditors ask for: asking, how far it is, and what it found.

Every auditor of the organisation sees every run: what it says is about the log, and not about who asked.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from ledger.scope import tenant_scope
from ledger.selectors import log_status
from portal.accounts.identity import Caller
from portal.inspections import tasks
from portal.inspections.errors import UnknownRun
from portal.inspections.models import Archive, Replay, Run, Verification
from portal.records.errors import RoleNeeded

__all__ = ["Replay", "Run", "Verification", "last_finished", "newest", "run_of", "runs_of", "start"]

# A run gives a sign of life every second; one that was killed must not keep the next from starting.
LOST = timedelta(seconds=60)
WORK: dict[type[Run], Any] = {
    Verification: tasks.verify,
    Replay: tasks.replay,
    Archive: tasks.archive,
}

Kind = TypeVar("Kind", bound=Run)


def start(kind: type[Kind], *, caller: Caller, tenant: UUID) -> Kind:
    """Queue a run, unless one waits or runs already; returns the one that is unfinished.

    Raises RoleNeeded, ScopeMissing.
    """
    require_auditor(caller, tenant)
    return begin(kind, tenant=tenant, asked_by=caller.user)


def run_of(kind: type[Kind], *, caller: Caller, tenant: UUID, run: UUID) -> Kind:
    """One run of that log, and how far it is. Raises RoleNeeded, ScopeMissing, UnknownRun."""
    require_auditor(caller, tenant)
    with tenant_scope(tenant):
        found = kind._default_manager.filter(tenant_id=tenant, id=run).first()
    if found is None:
        raise UnknownRun("This log has no such run. Check the id and the organisation, or start a new one.")
    return kept_going(found)


def runs_of(kind: type[Kind], *, caller: Caller, tenant: UUID) -> list[Kind]:
    """All runs of that log, newest first. Raises RoleNeeded, ScopeMissing."""
    require_auditor(caller, tenant)
    with tenant_scope(tenant):
        return list(kind._default_manager.filter(tenant_id=tenant).order_by("-asked", "-id"))


def newest(kind: type[Kind], *, tenant: UUID) -> Kind | None:
    """The last run that was asked for. Outside any scope."""
    with tenant_scope(tenant):
        found = kind._default_manager.filter(tenant_id=tenant).order_by("-asked").first()
    return kept_going(found) if found else None


def last_finished() -> Verification | None:
    """The last verification that came to an end, in the open scope."""
    return Verification.objects.exclude(held=None).order_by("-asked").first()


def require_auditor(caller: Caller, tenant: UUID) -> None:
    """Raise RoleNeeded or ScopeMissing for whoever does not act as an auditor of that organisation."""
    if caller.organisation != tenant or caller.role != "auditor":
        raise RoleNeeded("Only an auditor of that organisation may do this. Nothing was started or shown.")
    caller.requires("audit")


def begin(kind: type[Kind], *, tenant: UUID, asked_by: UUID, **more: Any) -> Kind:
    """Queue a run with these fields, unless one is unfinished: of the tenant, or of whoever asked where each may have
    one. Returns that one, or the new one. Outside any transaction."""
    mine = {"asked_by": asked_by} if kind.each_asker else {}
    with tenant_scope(tenant):
        unfinished = kind._default_manager.filter(tenant_id=tenant, finished=None, **mine)
        unfinished.filter(seen__lt=timezone.now() - LOST).update(finished=timezone.now())
        while True:
            if run := unfinished.first():
                return run
            with suppress(IntegrityError), transaction.atomic():  # somebody else was first: look again
                total = log_status().entries
                run = kind._default_manager.create(tenant_id=tenant, asked_by=asked_by, total=total, **more)
                break
    _queue(run)
    return run


def kept_going(run: Kind) -> Kind:
    """A run whose worker was killed is queued again, once a minute while somebody looks; one that waits for its turn
    goes on waiting. Outside any transaction."""
    if run.finished is None and run.seen < timezone.now() - LOST:
        with tenant_scope(run.tenant_id):
            type(run)._default_manager.filter(id=run.id, finished=None).update(seen=timezone.now())
        with suppress(AlreadyEnqueued):
            _queue(run)
    return run


def _queue(run: Run) -> None:
    task = WORK[type(run)].configure(queueing_lock=f"{run._meta.label_lower}:{run.id}")
    task.defer(tenant=str(run.tenant_id), run=str(run.id))
