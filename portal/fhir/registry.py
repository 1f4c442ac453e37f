"""What is served for which type: the addresses answer by it, and the CapabilityStatement tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.records.kinds import KINDS
from portal.subscriptions.topics import TOPICS

SERVED = (
    "read",
    "vread",
    "update",
    "patch",
    "delete",
    "history-instance",
    "history-type",
    "create",
    "search-type",
)
NOT_DELETED = frozenset({"Patient"})  # whoever is registered is not deleted


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `types`: on which it is called; `definition`: the canonical URL of what it is."""

    name: str
    definition: str
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class View:
    """A type that is no record. `operations`: name to canonical URL; `topics`: what can be subscribed to."""

    type: str
    documentation: str
    interactions: tuple[str, ...]
    parameters: Mapping[str, str]
    operations: Mapping[str, str] = field(default_factory=dict)
    topics: tuple[str, ...] = ()


AUDIT_EVENT = View(
    "AuditEvent",
    "The ledger in the patterns of IHE BALP: one's own without a patient, for auditors those of everybody.",
    ("read", "search-type"),
    {"patient": "reference", "date": "date", "action": "token", "subtype": "token", "outcome": "token"},
)
SUBSCRIPTION = View(
    "Subscription",
    "Topic-based (Subscriptions R5 Backport 1.1): channels rest-hook and websocket, ids at most. One's own; each "
    "notification is decided by contracts. One that failed is not resumed: delete it and subscribe again.",
    ("read", "create", "delete", "search-type"),
    {"_id": "token", "status": "token", "criteria": "string", "type": "token"},
    operations={
        "status": "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-status",
        "get-ws-binding-token": "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/"
        "backport-subscription-get-ws-binding-token",
    },
    topics=tuple(TOPICS.values()),
)
PROVENANCE = View(
    "Provenance", "Who stored which versions; also by _revinclude=Provenance:target.", ("read",), {}
)
VIEWS = (AUDIT_EVENT, PROVENANCE, SUBSCRIPTION)

OPERATIONS = (
    Operation(
        "everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything", frozenset({"Patient"})
    ),
    Operation(
        "export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export", frozenset({"Patient"})
    ),
    Operation(
        "docref", "http://hl7.org/fhir/us/core/OperationDefinition/docref", frozenset({"DocumentReference"})
    ),
    Operation("validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate", frozenset(KINDS)),
)


def interactions_of(kind: str) -> tuple[str, ...]:
    """The interactions of a type, by their codes (https://hl7.org/fhir/R4/valueset-type-restful-interaction.html)."""
    if kind not in KINDS:
        return ()
    return tuple(code for code in SERVED if code != "delete" or kind not in NOT_DELETED)


def operations_of(kind: str) -> list[Operation]:
    return [one for one in OPERATIONS if kind in one.types]
