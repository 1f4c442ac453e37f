"""Notifications as FHIR R4 Bundles (Subscriptions R5 Backport 1.1, "Topic-Based Subscription Notifications"). Pure.

The first entry is a Parameters resource with the status; the others name what each event is about, and no more.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from portal.subscriptions.models import Subscription
from portal.subscriptions.topics import TOPICS

GUIDE = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
HANDSHAKE, HEARTBEAT, EVENT, QUERY = "handshake", "heartbeat", "event-notification", "query-status"
EMPTY = "empty"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `method`: what was done to the resource, as the entry's request says it."""

    type: str
    id: str
    time: datetime
    method: str = "PUT"


def bundle(row: Subscription, kind: str, events: Sequence[Event] = (), *, before: int) -> bytes:
    """A notification. `before`: how many events there were until now."""
    named = events if row.content != EMPTY else ()
    parameters = status(row, kind, events, before=before)
    address = f"{row.base}/Subscription/{row.id}/$status"
    entries: list[Json] = [
        {
            "fullUrl": f"urn:uuid:{parameters['id']}",
            "resource": parameters,
            "request": {"method": "GET", "url": address},
            "response": {"status": "200"},
        },
        *({place: _entry(row, one) for one in named for place in [f"{one.type}/{one.id}"]}).values(),
    ]
    document = {
        "resourceType": "Bundle",
        "id": str(uuid4()),
        "meta": {"profile": [f"{GUIDE}/backport-subscription-notification-r4"]},
        "type": "history",
        "timestamp": _now(),
        "entry": entries,
    }
    return json.dumps(document).encode()


def status(row: Subscription, kind: str, events: Sequence[Event] = (), *, before: int) -> Json:
    """How a subscription stands, with the events that are told now."""
    told = [
        {"name": "subscription", "valueReference": {"reference": f"{row.base}/Subscription/{row.id}"}},
        {"name": "topic", "valueCanonical": TOPICS[row.topic]},
        {"name": "status", "valueCode": row.status},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(before + len(events))},
        *(_event(row, before + number, one) for number, one in enumerate(events, start=1)),
    ]
    if row.error:
        told.append({"name": "error", "valueCodeableConcept": {"text": row.error}})
    return {
        "resourceType": "Parameters",
        "id": str(uuid4()),
        "meta": {"profile": [f"{GUIDE}/backport-subscription-status-r4"]},
        "parameter": told,
    }


def _event(row: Subscription, number: int, event: Event) -> Json:
    parts: list[Json] = [
        {"name": "event-number", "valueString": str(number)},
        {"name": "timestamp", "valueInstant": event.time.isoformat(timespec="milliseconds")},
    ]
    if row.content != EMPTY:
        focus = {"reference": f"{row.base}/{event.type}/{event.id}"}
        parts.append({"name": "focus", "valueReference": focus})
    return {"name": "notification-event", "part": parts}


def _entry(row: Subscription, event: Event) -> Json:
    address = f"{event.type}/{event.id}"
    return {
        "fullUrl": f"{row.base}/{address}",
        "request": {"method": event.method, "url": address},
        "response": {"status": "204" if event.method == "DELETE" else "200"},
    }


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="milliseconds")
