"""Tell people of what time has ended. Decisions do not wait for this: they read the clock themselves."""

from collections.abc import Callable, Iterable
from functools import partial
from uuid import UUID

from consent.models import Contract, EmergencySession, State
from consent.services.contracts import end
from consent.services.emergencies import close
from consent.services.order import change_of, clock
from ledger.scope import tenant_scope


def expire_due(tenant: UUID) -> int:
    """Enter every contract and emergency session of this tenant that is over; returns how many.

    Opens the tenant's scope itself, once for each, so that no person waits for another. Safe to run anywhere,
    twice, or in parallel. What fails keeps nothing else from its end: an ExceptionGroup of it is raised last.
    """
    with tenant_scope(tenant):
        now = clock()
        contracts = Contract.objects.filter(tenant_id=tenant, state=State.ACTIVE, ends__lte=now)
        sessions = EmergencySession.objects.filter(tenant_id=tenant, ended_at=None, ends__lte=now)
        due = list(contracts.order_by("ends").values_list("id", flat=True))
        over = list(sessions.order_by("ends").values_list("id", flat=True))
    tasks = [partial(_expire, tenant, contract) for contract in due]
    return each_alone([*tasks, *(partial(_close, tenant, session) for session in over)])


def each_alone(tasks: Iterable[Callable[[], int]]) -> int:
    """Run them all, whichever fails, and add up what they did. Raises an ExceptionGroup of what failed, last."""
    done, failures = 0, []
    for task in tasks:
        try:
            done += task()
        except Exception as error:  # whatever it is, it is this one's alone
            failures.append(error)
    if failures:
        raise ExceptionGroup("What is over could not all be entered. It is tried again.", failures)
    return done


def _expire(tenant: UUID, contract: UUID) -> bool:
    with tenant_scope(tenant):
        found = Contract.objects.get(tenant_id=tenant, id=contract)
        now = change_of(found.person)
        found.refresh_from_db()
        if found.state != State.ACTIVE:
            return False
        end(found, State.EXPIRED, actor=None, now=now)
    return True


def _close(tenant: UUID, session: UUID) -> bool:
    with tenant_scope(tenant):
        found = EmergencySession.objects.get(tenant_id=tenant, id=session)
        now = change_of(found.person)
        found.refresh_from_db()
        if found.ended_at is not None:
            return False
        close(found, actor=None, now=now)
    return True
