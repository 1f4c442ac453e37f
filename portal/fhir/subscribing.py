"""`Subscription` in FHIR R4 as the Subscriptions R5 Backport 1.1 profiles it: read from JSON, and written."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from portal.fhir.errors import BadParameter
from portal.records import dates, strict_json
from portal.subscriptions.errors import InvalidSubscription
from portal.subscriptions.models import REQUESTED, REST_HOOK, WEBSOCKET, Subscription
from portal.subscriptions.notification import EMPTY, GUIDE
from portal.subscriptions.services import Wanted, reason_and_headers
from portal.subscriptions.topics import ACCESSED, BY_URL, TOPICS

PROFILE = f"{GUIDE}/backport-subscription"
FILTER = f"{GUIDE}/backport-filter-criteria"
CONTENT = f"{GUIDE}/backport-payload-content"
HEARTBEAT = f"{GUIDE}/backport-heartbeat-period"
ID_ONLY = "id-only"
MIME = "application/fhir+json"
_ELEMENTS = frozenset(
    {"resourceType", "id", "meta", "status", "reason", "end", "criteria", "_criteria", "channel"}
)
_OF_CHANNEL = frozenset({"extension", "type", "endpoint", "payload", "_payload", "header"})
Json = dict[str, Any]


def wanted(body: bytes, base: str) -> Wanted:
    """What a resource asks for. Raises MalformedJson, InvalidSubscription."""
    resource = strict_json.parse(body)
    if not isinstance(resource, dict) or resource.get("resourceType") != "Subscription":
        raise _invalid("This is not a Subscription.", "resourceType")
    _only(resource, _ELEMENTS, "Subscription")
    if resource.get("status") != REQUESTED:
        raise _invalid("A new subscription has the status 'requested'.", "Subscription.status")
    topic = BY_URL.get(_text(resource, "criteria", "Subscription"))
    if topic is None:
        known = ", ".join(TOPICS.values())
        raise _invalid(f"criteria is the URL of a topic: {known}.", "Subscription.criteria")
    kind, patient = _filter(resource.get("_criteria"), base)
    if topic == ACCESSED and kind not in ("", "AuditEvent"):
        raise _invalid("Accesses are AuditEvents of the patient.", "Subscription.criteria")
    channel = resource.get("channel")
    if not isinstance(channel, dict):
        raise _invalid("A subscription has a channel.", "Subscription.channel")
    return Wanted(
        topic=topic,
        patient=patient,
        types=[kind] if kind and topic != ACCESSED else [],
        reason=_text(resource, "reason", "Subscription"),
        ends=_instant(resource.get("end")),
        **_channel(channel),
    )


def resource_of(row: Subscription) -> Json:
    """A subscription as its subscriber reads it. Headers are told to nobody again: they hold secrets."""
    reason, headers = reason_and_headers(row)
    kind = row.types[0] if row.types else ("AuditEvent" if row.topic == ACCESSED else "")
    asked = {"url": FILTER, "valueString": f"{kind}?patient=Patient/{row.patient}"}
    channel: Json = {
        "type": row.channel,
        "payload": MIME,
        "_payload": {"extension": [{"url": CONTENT, "valueCode": row.content}]},
    }
    if row.heartbeat is not None:
        channel["extension"] = [{"url": HEARTBEAT, "valueUnsignedInt": row.heartbeat}]
    if row.endpoint:
        channel["endpoint"] = row.endpoint
    if headers:
        channel["header"] = [f"{line.partition(':')[0]}: (kept)" for line in headers]
    shown: Json = {
        "resourceType": "Subscription",
        "id": str(row.id),
        "meta": {"profile": [PROFILE]},
        "status": row.status,
        "reason": reason,
        "criteria": TOPICS[row.topic],
        "_criteria": {"extension": [asked]},
        "channel": channel,
    }
    if row.error:
        shown["error"] = row.error
    if row.ends is not None:
        shown["end"] = row.ends.isoformat(timespec="milliseconds")
    return shown


def _filter(element: Any, base: str) -> tuple[str, str]:
    """The type and the id of the Patient that the one filter names."""
    found = _extensions(element).get(FILTER)
    kind, _, query = found.partition("?") if isinstance(found, str) else ("", "", "")
    asked = parse_qsl(query, keep_blank_values=True)
    patient = asked[0][1].removeprefix(f"{base}/").removeprefix("Patient/") if asked else ""
    if [name for name, _ in asked] != ["patient"] or not patient or len(patient) > 64 or len(kind) > 40:
        sentence = (
            "Say whose record, by one filter-criteria: Observation?patient=Patient/<id>, or ?patient=..."
        )
        raise _invalid(sentence, "Subscription.criteria.extension")
    return kind, patient


def _channel(channel: Mapping[str, Any]) -> Json:
    where = "Subscription.channel"
    _only(channel, _OF_CHANNEL, where)
    kind = channel.get("type")
    if kind not in (REST_HOOK, WEBSOCKET):
        raise _invalid(f"The channels are {REST_HOOK} and {WEBSOCKET}.", f"{where}.type")
    if str(channel.get("payload", MIME)).split(";")[0] not in (MIME, "application/json"):
        raise _invalid(f"Notifications are {MIME}.", f"{where}.payload")
    content = _extensions(channel.get("_payload")).get(CONTENT, ID_ONLY)
    if content not in (EMPTY, ID_ONLY):
        raise _invalid("Notifications hold ids at most: 'empty' or 'id-only'.", f"{where}.payload.extension")
    known = _extensions(channel)
    beat = known.get(HEARTBEAT)
    if set(known) - {HEARTBEAT} or (beat is not None and type(beat) is not int):
        raise _invalid("Of the channel's extensions, the heartbeat period is served.", f"{where}.extension")
    headers = channel.get("header", [])
    if not isinstance(headers, list) or len(headers) > 5 or not all(isinstance(one, str) for one in headers):
        raise _invalid("At most five headers, each a text.", f"{where}.header")
    endpoint = channel.get("endpoint", "")
    if not isinstance(endpoint, str) or len(endpoint) > 2000:
        raise _invalid("An endpoint is an address.", f"{where}.endpoint")
    return {
        "channel": kind,
        "content": content,
        "heartbeat": beat,
        "headers": headers,
        "endpoint": endpoint,
    }


def _extensions(element: Any) -> dict[str, Any]:
    """The value of each extension, by its URL."""
    found = element.get("extension", []) if isinstance(element, dict) else []
    return {
        str(one.get("url")): next((value for name, value in one.items() if name.startswith("value")), None)
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict)
    }


def _instant(text: Any) -> Any:
    if text is None:
        return None
    try:
        return dates.span(str(text)).start
    except (ValueError, OverflowError, BadParameter):
        raise _invalid("end is a FHIR instant.", "Subscription.end") from None


def _only(element: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    if unknown := sorted(set(element) - known):
        raise _invalid("This element is not served.", f"{where}.{unknown[0][:40]}")


def _text(element: Mapping[str, Any], name: str, where: str) -> str:
    value = element.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > 2000:
        raise _invalid(f"{name} is missing, or is no text.", f"{where}.{name}")
    return value


def _invalid(sentence: str, expression: str) -> InvalidSubscription:
    return InvalidSubscription(f"{sentence} Nothing was stored.", expression=expression)
