"""What the faces may do with subscriptions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from ledger import selectors as ledger
from ledger.errors import OutboundRefused
from ledger.identity import new_id
from ledger.outbound import check_url
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.records import remembered
from portal.records import services as records
from portal.subscriptions import hooks, keeping
from portal.subscriptions.binding import bound_by, token_for
from portal.subscriptions.errors import InvalidSubscription, TooManySubscriptions, UnknownSubscription
from portal.subscriptions.hooks import wake
from portal.subscriptions.models import ACTIVE, LIVE, OFF, REQUESTED, REST_HOOK, WEBSOCKET, Subscription
from portal.subscriptions.topics import CHANGED

__all__ = ["Wanted", "bind", "bound_by", "end", "one", "own", "reason_and_headers", "subscribe", "wake"]

MOST = 20
SHORTEST_HEARTBEAT, LONGEST_HEARTBEAT = 60, 86_400
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}: [\x21-\x7e][\x20-\x7e]{0,1999}")
# What the call itself says.
_OURS = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection"})


@dataclass(frozen=True)
class Wanted:
    """A subscription as somebody asks for it. `types`: only records of these; `heartbeat` in seconds."""

    topic: str
    patient: str
    channel: str
    content: str
    reason: str
    types: Sequence[str] = ()
    endpoint: str = ""
    headers: Sequence[str] = field(default=())
    heartbeat: int | None = None
    ends: datetime | None = None


def subscribe(
    *, caller: Caller, tenant: UUID, wanted: Wanted, base: str, purpose: str | None = None
) -> Subscription:
    """Be told from now on. Raises Denied where nothing of the record may be told, InvalidSubscription, NotYourRecord,
    TooManySubscriptions, UnknownPerson, UnknownPurpose."""
    _check(wanted)
    if wanted.topic == CHANGED:
        person = records.subscribe_to_changes(
            caller=caller, tenant=tenant, patient=wanted.patient, types=wanted.types, purpose=purpose
        )
    else:
        person = records.subscribe_to_accesses(caller=caller, tenant=tenant, patient=wanted.patient)
    with tenant_scope(tenant):
        if Subscription.objects.filter(user=caller.user, status__in=LIVE).count() >= MOST:
            raise TooManySubscriptions(f"You have {MOST} subscriptions here already. End one of them first.")
        key = new_id()
        row = Subscription.objects.create(
            id=key,
            tenant_id=tenant,
            user=caller.user,
            caller=remembered.to_json(caller),
            purpose=purpose or "",
            person=person,
            patient=wanted.patient,
            topic=wanted.topic,
            types=sorted(wanted.types),
            base=base,
            channel=wanted.channel,
            endpoint=wanted.endpoint,
            sealed=keeping.seal(person, key, reason=wanted.reason, headers=list(wanted.headers)),
            content=wanted.content,
            heartbeat=wanted.heartbeat,
            ends=wanted.ends,
            status=REQUESTED if wanted.channel == REST_HOOK else ACTIVE,
            position=ledger.subject_head(person),
        )
    if row.channel == REST_HOOK:
        hooks.queue(row)
    return row


def own(*, caller: Caller, tenant: UUID) -> list[Subscription]:
    """The caller's, newest first."""
    with tenant_scope(tenant):
        return list(Subscription.objects.filter(user=caller.user, tenant_id=tenant).order_by("-made", "id"))


def one(*, caller: Caller, tenant: UUID, subscription: UUID) -> Subscription:
    """One of the caller's. Raises UnknownSubscription."""
    with tenant_scope(tenant):
        found = Subscription.objects.filter(user=caller.user, id=subscription).first()
    if found is None:
        raise UnknownSubscription("You have no such subscription here (any more).")
    return found


def reason_and_headers(row: Subscription) -> tuple[str, list[str]]:
    """What its subscriber wrote beside it."""
    with tenant_scope(row.tenant_id):
        found = keeping.opened(row)
    return found["reason"], found["headers"]


def end(*, caller: Caller, tenant: UUID, subscription: UUID) -> None:
    """Be told no more; it is forgotten. Raises UnknownSubscription."""
    row = one(caller=caller, tenant=tenant, subscription=subscription)
    with tenant_scope(tenant):
        Subscription.objects.filter(id=row.id).update(status=OFF)  # a socket that has it open looks here
        Subscription.objects.filter(id=row.id).delete()


def bind(*, caller: Caller, tenant: UUID, subscriptions: Sequence[UUID]) -> tuple[str, datetime]:
    """A token for a socket, and until when it binds. Raises InvalidSubscription, UnknownSubscription."""
    rows = [one(caller=caller, tenant=tenant, subscription=each) for each in subscriptions]
    if not rows or any(row.channel != WEBSOCKET or row.status not in LIVE for row in rows):
        raise InvalidSubscription("Name subscriptions of the channel websocket that have not ended.")
    return token_for(tenant, [row.id for row in rows])


def _check(wanted: Wanted) -> None:
    channel = "Subscription.channel"
    if wanted.channel == REST_HOOK:
        try:
            check_url(wanted.endpoint)
        except OutboundRefused as error:
            raise InvalidSubscription(str(error), expression=f"{channel}.endpoint") from None
    elif wanted.endpoint or wanted.headers:
        raise InvalidSubscription("A websocket has neither endpoint nor headers.", expression=channel)
    for line in wanted.headers:
        if not _HEADER.fullmatch(line) or line.partition(":")[0].lower() in _OURS:
            raise InvalidSubscription("A header is 'Name: value'.", expression=f"{channel}.header")
    if wanted.heartbeat is not None and not SHORTEST_HEARTBEAT <= wanted.heartbeat <= LONGEST_HEARTBEAT:
        sentence = f"A heartbeat comes every {SHORTEST_HEARTBEAT} to {LONGEST_HEARTBEAT} seconds."
        raise InvalidSubscription(sentence, expression=f"{channel}.extension")
    if wanted.ends is not None and wanted.ends <= timezone.now():
        raise InvalidSubscription("That end is over already.", expression="Subscription.end")
