"""What can be subscribed to, by the canonical URLs that the CapabilityStatement names. Pure."""

from collections.abc import Mapping

from portal.records.services import ACCESS_TYPES

CHANGED, ACCESSED = "changed", "accessed"
TOPICS: Mapping[str, str] = {
    CHANGED: "urn:assent:topic:record-changed",
    ACCESSED: "urn:assent:topic:record-accessed",
}
BY_URL = {url: name for name, url in TOPICS.items()}
# The entries of the ledger that are events of a topic.
ENTRIES: Mapping[str, tuple[str, ...]] = {
    CHANGED: ("record.imported", "record.created", "record.updated", "record.deleted"),
    ACCESSED: ACCESS_TYPES,
}
