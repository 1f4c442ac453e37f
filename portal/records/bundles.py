"""Reading bundles: every resource with its exact text. Pure."""

from dataclasses import dataclass, field
from typing import Any

from portal.records import envelopes
from portal.records.errors import InvalidBundle, InvalidResource, MalformedJson
from portal.records.strict_json import MAX_DEPTH, MAX_RESOURCE, Reader, too_deep

BUNDLE_TYPES = ("transaction", "batch", "collection", "searchset", "history", "document")


@dataclass
class Entry:
    """One resource of a file. `fault` says why it cannot be stored; `index` is None for a file of one resource."""

    index: int | None
    full_url: str = ""
    method: str = ""
    request: dict[str, Any] = field(default_factory=dict)
    resource: Any = None
    text: str = ""
    fault: str = ""
    beside: bool = False  # we ourselves put content beside it
    around: Any = field(default_factory=dict)  # all that the entry says, as it was read
    about: str = ""  # the id of the Patient whose record it is, where whoever sends it says so

    @property
    def name(self) -> str:
        """`Type/id` as far as it is known, for a report."""
        if not isinstance(self.resource, dict):
            return ""
        return "/".join(
            str(self.resource[key])[:64] for key in ("resourceType", "id") if key in self.resource
        )


@dataclass
class _Bundle:
    type: Any = None
    around: dict[str, Any] = field(default_factory=dict)  # whatever else it says
    entries: list[Entry] = field(default_factory=list)


def read(content: bytes) -> list[Entry]:
    """The resources of a bundle, or the one resource of a file. Raises MalformedJson or InvalidResource."""
    reader = Reader(content)
    bundle, single = _Bundle(), Entry(None)
    kind = _resource_type(reader)
    if kind == "Bundle":
        _read_bundle(reader, bundle)
    else:
        single.resource, single.text = reader.value()
        single.fault = reader.fault()
    reader.end()
    if kind != "Bundle":
        single.fault = single.fault or _fault_of(single)
        return [single]
    if bundle.type not in BUNDLE_TYPES:
        known = ", ".join(BUNDLE_TYPES)
        raise InvalidResource(f"Bundle.type must be one of: {known}.", expression="Bundle.type")
    for entry in bundle.entries:
        if not entry.fault and entry.method not in {"", "POST", "PUT"}:
            entry.fault = "is a request that an import does not carry out"
    return bundle.entries


def read_requests(content: bytes) -> tuple[str, list[Entry]]:
    """The type of a bundle and its entries, which are not looked at further. Raises MalformedJson, InvalidBundle."""
    reader, bundle = Reader(content), _Bundle()
    if _resource_type(reader) != "Bundle":
        raise InvalidBundle("What is sent here is a Bundle.", expression="resourceType")
    _read_bundle(reader, bundle)
    reader.end()
    if bundle.type not in ("transaction", "batch"):
        raise InvalidBundle(
            "A Bundle that is sent here is a transaction or a batch.", expression="Bundle.type"
        )
    envelopes.check_bundle({**bundle.around, "type": bundle.type})
    return bundle.type, bundle.entries


def _resource_type(reader: Reader) -> Any:
    """The resourceType of the value at the present place, which is left unread."""
    if not reader.starts("{"):
        raise MalformedJson("The file does not hold a JSON object.")
    at = reader.at
    try:
        for key in reader.members():
            if key == "resourceType":
                return reader.value()[0]
            reader.value()
    finally:
        reader.at = at
        reader.fault()
    return None


def _read_bundle(reader: Reader, bundle: _Bundle) -> None:
    for key in reader.members():
        if key == "entry" and reader.starts("["):
            bundle.entries.extend(_read_entry(reader, index) for index in reader.elements())
            bundle.around[key] = [entry.index for entry in bundle.entries]
        elif key == "type":
            bundle.type = reader.value()[0]
        else:
            bundle.around[key], _ = reader.value()
            if fault := reader.fault():
                raise MalformedJson(fault)


def _read_entry(reader: Reader, index: int) -> Entry:
    entry = Entry(index)
    if not reader.starts("{"):
        entry.around, _ = reader.value()
        entry.fault = "is not a JSON object"
        return entry
    for key in reader.members():
        value, text = reader.value()
        entry.around[key] = value
        if key == "resource":
            entry.resource, entry.text = value, text
        elif key == "fullUrl" and isinstance(value, str):
            entry.full_url = value
        elif key == "request" and isinstance(value, dict):
            entry.method, entry.request = str(value.get("method", "")), value
        entry.fault = entry.fault or reader.fault()
    entry.fault = entry.fault or _fault_of(entry)
    return entry


def _fault_of(entry: Entry) -> str:
    if entry.resource is None:
        return "holds no resource"
    if not isinstance(entry.resource, dict):
        return "holds something else than a resource"
    if len(entry.text) > MAX_RESOURCE:
        return f"is larger than {MAX_RESOURCE // 1024} KiB"
    if too_deep(entry.resource):
        return f"is nested deeper than {MAX_DEPTH} levels"
    return ""
