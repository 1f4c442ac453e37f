"""The next notification of a subscription: what the ledger says is new, as far as the subscriber may be told of it now.

Nothing is kept of a notification before it was taken: one that failed is decided anew when it is tried again, and
nothing of what was withdrawn meanwhile is in it. So each event comes at least once, with the same number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from ledger import selectors as ledger
from ledger.scope import tenant_scope
from ledger.selectors import Entry
from portal.accounts.identity import Caller
from portal.records import services as records
from portal.subscriptions import notification
from portal.subscriptions.models import ACTIVE, ERROR, LIVE, OFF, REQUESTED, REST_HOOK, Subscription
from portal.subscriptions.notification import EVENT, HANDSHAKE, HEARTBEAT, Event
from portal.subscriptions.standing import caller_now
from portal.subscriptions.topics import CHANGED, ENTRIES

BATCH = 50
TRIES = 6
FIRST_WAIT, LONGEST_WAIT = 10, 3600
OVER, WITHDRAWN, UNREACHABLE = "over", "access-ended", "unreachable"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a receiver was told: up to which entry of the person's chain, and how many events that were."""

    position: int
    events: int


@dataclass(frozen=True, slots=True)
class Message:
    """A notification, and where its receiver is once it was taken."""

    body: bytes
    after: Place


def next_message(*, tenant: UUID, subscription: UUID, place: Place | None = None) -> Message | None:
    """What is to be told now; None if there is nothing, or the subscription has ended, which this finds out.

    `place`: of one receiver among several; else where the subscription is.
    """
    row = live(tenant, subscription)
    if row is None or not _stands(row, caller := caller_now(row)):
        return None
    if row.status == REQUESTED and row.channel == REST_HOOK:
        return Message(
            notification.bundle(row, HANDSHAKE, before=row.events), Place(row.position, row.events)
        )
    at = place or Place(row.position, row.events)
    while True:
        end, entries = _news(row, at.position)
        if end == at.position:
            return None
        events = _events(row, caller, entries)
        if events:
            body = notification.bundle(row, EVENT, events, before=at.events)
            return Message(body, Place(end, at.events + len(events)))
        at = Place(end, at.events)
        taken(tenant=tenant, subscription=subscription, at=at, told=False)


def heartbeat(*, tenant: UUID, subscription: UUID) -> Message | None:
    """A sign of life, if one was asked for and is due."""
    row = live(tenant, subscription)
    if row is None or not due(row):
        return None
    return Message(notification.bundle(row, HEARTBEAT, before=row.events), Place(row.position, row.events))


def handshake(*, tenant: UUID, subscription: UUID) -> tuple[bytes, Place, str] | None:
    """What a socket is told first, where it is to go on, and what the log calls the person; None if it has ended."""
    row = live(tenant, subscription)
    if row is None or not _stands(row, caller_now(row)):
        return None
    with tenant_scope(tenant):
        subject = ledger.pseudonym_of(row.person)
    return notification.bundle(row, HANDSHAKE, before=row.events), Place(row.position, row.events), subject


def taken(*, tenant: UUID, subscription: UUID, at: Place, told: bool = True) -> None:
    """A receiver has everything up to there."""
    changes = {"position": Greatest(F("position"), at.position), "events": Greatest(F("events"), at.events)}
    more = (
        {"spoke": timezone.now(), "status": ACTIVE, "failures": 0, "error": "", "rests": None} if told else {}
    )
    with tenant_scope(tenant):
        Subscription.objects.filter(id=subscription, status__in=LIVE).update(**changes, **more)


def failed(*, tenant: UUID, subscription: UUID) -> Subscription | None:
    """A receiver did not take it: the subscription, to be tried again when it has rested; None if it is given up."""
    with tenant_scope(tenant):
        row = Subscription.objects.select_for_update().filter(id=subscription, status__in=LIVE).first()
        if row is None:
            return None
        row.failures += 1
        row.rests = timezone.now() + timedelta(
            seconds=min(FIRST_WAIT * 4 ** (row.failures - 1), LONGEST_WAIT)
        )
        if row.failures >= TRIES:
            row.status, row.error = ERROR, UNREACHABLE
        row.save(update_fields=["failures", "rests", "status", "error"])
        return row if row.status in LIVE else None


def live(tenant: UUID, subscription: UUID) -> Subscription | None:
    """The subscription, unless it has ended or failed."""
    with tenant_scope(tenant):
        return Subscription.objects.filter(id=subscription, status__in=LIVE).first()


def resting(row: Subscription) -> bool:
    """Whether a receiver that failed is still left alone, whatever is new meanwhile."""
    return row.rests is not None and row.rests > timezone.now()


def due(row: Subscription) -> bool:
    """Whether a heartbeat was asked for and is due."""
    if row.heartbeat is None or row.status != ACTIVE:
        return False
    return (row.spoke or row.made) + timedelta(seconds=row.heartbeat) <= timezone.now()


def _stands(row: Subscription, caller: Caller) -> bool:
    """Whether the subscriber may still be told; where not, it ends here."""
    ends = "" if row.ends is None or row.ends > timezone.now() else OVER
    if not ends and not _permitted(row, caller):
        ends = WITHDRAWN
    if ends:
        with tenant_scope(row.tenant_id):
            Subscription.objects.filter(id=row.id).update(status=OFF, error=ends)
    return not ends


def _permitted(row: Subscription, caller: Caller) -> bool:
    if row.topic != CHANGED:
        return records.may_still_know(caller=caller, tenant=row.tenant_id, person=row.person)
    return records.may_still_be_told(
        caller=caller, tenant=row.tenant_id, person=row.person, types=row.types, purpose=row.purpose or None
    )


def _news(row: Subscription, after: int) -> tuple[int, list[Entry]]:
    """The next entries of the person's chain that are events of the topic, oldest first, and how far that looked."""
    with tenant_scope(row.tenant_id):
        places = ledger.subject_positions(subject=row.person, after=after, limit=BATCH)
        found = [one for one in places if one.type in ENTRIES[row.topic]]
        end = places[-1].subject_index if places else None
        if end is None:
            return after, []
        entries = (
            ledger.subject_entries(
                subject=row.person, types=ENTRIES[row.topic], after=after, before=end + 1, limit=BATCH
            )
            if found
            else []
        )
    return end, [entry for entry in reversed(entries) if entry.readable]


def _events(row: Subscription, caller: Caller, entries: Sequence[Entry]) -> list[Event]:
    if row.topic != CHANGED:
        return [Event("AuditEvent", str(entry.id), _utc(entry.time), "POST") for entry in entries]
    happened = {
        (one["type"], one["id"]): entry.time
        for entry in entries
        for one in entry.audit.get("resources", ())
        if not row.types or one["type"] in row.types
    }
    if not happened:
        return []
    told = records.told_of(
        caller=caller,
        tenant=row.tenant_id,
        person=row.person,
        places=list(happened),
        purpose=row.purpose or None,
    )
    return [
        Event(*place, _utc(time), "DELETE" if told[place].deleted else "PUT")
        for place, time in happened.items()
        if place in told
    ]


def _utc(time: datetime) -> datetime:
    return time.astimezone(UTC)
