"""Telling REST hooks: by a job for each subscription, which tries again later and gives up in the end."""

from collections.abc import Collection
from uuid import UUID

from procrastinate.exceptions import AlreadyEnqueued

from ledger import selectors as ledger
from ledger.errors import OutboundRefused
from ledger.outbound import call
from ledger.scope import tenant_scope
from portal.subscriptions import keeping, tasks, telling
from portal.subscriptions.models import LIVE, REQUESTED, REST_HOOK, Subscription

SECONDS = 10.0
MEDIA_TYPE = "application/fhir+json; fhirVersion=4.0"


def tell(*, tenant: UUID, subscription: UUID) -> None:
    """Everything that is new, one notification after the other; else a heartbeat, if one is due.

    News that came while a try failed have queued a job already, for at once: then this is that job, and waits.
    """
    row = telling.live(tenant, subscription)
    if row is None:
        return
    if telling.resting(row):
        queue(row)
        return
    told = False
    while (message := telling.next_message(tenant=tenant, subscription=subscription)) is not None:
        if not _post(tenant, subscription, message.body):
            return
        telling.taken(tenant=tenant, subscription=subscription, at=message.after)
        told = True
    beat = None if told else telling.heartbeat(tenant=tenant, subscription=subscription)
    if beat is not None and _post(tenant, subscription, beat.body):
        telling.taken(tenant=tenant, subscription=subscription, at=beat.after)


def wake(tenant: UUID, subjects: Collection[str]) -> int:
    """Queue the hooks of those whom new entries are about, by what the log calls them; returns how many."""
    with tenant_scope(tenant):
        found = [row for row in _hooks(tenant) if ledger.known_pseudonym(row.person) in subjects]
    return sum(queue(row) for row in found)


def sweep() -> int:
    """Queue what is due by the clock, and what a lost wake-up left; returns how many that were."""
    queued = 0
    for log in ledger.logs():
        with tenant_scope(log.tenant_id):
            found = [row for row in _hooks(log.tenant_id) if _waits(row)]
        queued += sum(queue(row) for row in found)
    return queued


def queue(row: Subscription) -> bool:
    """Have a job tell it, when it has rested, outside any transaction; False if one waits already."""
    try:
        tasks.deferrer(row.id, row.rests).defer(tenant=str(row.tenant_id), subscription=str(row.id))
    except AlreadyEnqueued:
        return False
    return True


def _hooks(tenant: UUID) -> list[Subscription]:
    return list(Subscription.objects.filter(tenant_id=tenant, status__in=LIVE, channel=REST_HOOK))


def _waits(row: Subscription) -> bool:
    return row.status == REQUESTED or telling.due(row) or ledger.subject_head(row.person) > row.position


def _post(tenant: UUID, subscription: UUID, body: bytes) -> bool:
    """Whether the receiver took it; where not, the next try is queued."""
    row = telling.live(tenant, subscription)
    if row is None:
        return False
    with tenant_scope(tenant):
        given = keeping.opened(row)["headers"]
    headers = dict(line.split(": ", 1) for line in given)
    try:
        answer = call(
            row.endpoint,
            method="POST",
            body=body,
            headers={**headers, "Content-Type": MEDIA_TYPE},
            seconds=SECONDS,
        )
        if 200 <= answer.status < 300:
            return True
    except OutboundRefused:
        pass  # as any other answer that is none
    again = telling.failed(tenant=tenant, subscription=subscription)
    if again is not None:
        queue(again)
    return False
