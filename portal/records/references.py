"""References of a bundle that lead somewhere also outside it, and ids for what has none. Pure.

What is stored is the text received. Only two things are changed in it, in place, because they mean nothing outside
the bundle: a reference to another entry by its fullUrl or by a condition becomes `Type/id`, and an entry without an
id of its own is given one.
"""

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from portal.records.bundles import Entry
from portal.records.elements import objects
from portal.records.errors import InvalidResource, ReferenceUnresolved
from portal.records.primitives import ID
from portal.records.strict_json import Reader

_REFERENCE = re.compile(r'("reference"[ \t\r\n]*:[ \t\r\n]*)("(?:[^"\\]|\\.)*")')

_DERIVED = uuid.UUID("5f8d4f0e-6f5b-5c1e-9a52-0c7a8e6d2b11")  # the name space of ids made from a fullUrl

# Finds the `Type/id` of a conditional reference ("Practitioner", "identifier", "system|value"), or "".
Finder = Callable[[str, str, str], str]


def identify(entries: list[Entry]) -> dict[str, str]:
    """Give each entry its id, and return where each fullUrl leads: `urn:uuid:...` -> `Type/id`."""
    places: dict[str, str] = {}
    for entry in entries:
        if entry.fault or not isinstance(entry.resource, dict):
            continue
        if "id" not in entry.resource and not _give_id(entry):
            entry.fault = "has neither an id nor a fullUrl to make one from"
            continue
        place = f"{entry.resource.get('resourceType')}/{entry.resource['id']}"
        if entry.full_url:
            places[entry.full_url] = place
    return places


def resolve(entry: Entry, places: Mapping[str, str], find: Finder) -> None:
    """Put `Type/id` where the entry refers by fullUrl or condition. Raises ReferenceUnresolved, with an expression."""
    found: dict[str, str] = {}
    changed = _resolve_in(entry.resource, places, find, found)
    if not changed:
        return
    count = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal count
        target = found.get(json.loads(match[2]))
        count += target is not None
        return match[1] + json.dumps(target) if target else match[0]

    entry.text = _REFERENCE.sub(replaced, entry.text)
    if count != changed:  # a key spelled with escapes: the text would say another thing than was read
        raise ReferenceUnresolved("A reference is written with escapes in its name and cannot be resolved.")


def identifiers(entries: list[Entry]) -> dict[tuple[str, str, str], str]:
    """Where conditional references into the same bundle lead: (type, "identifier", "system|value") -> `Type/id`."""
    found: dict[tuple[str, str, str], str] = {}
    for entry in entries:
        if entry.fault or not isinstance(entry.resource, dict):
            continue
        for identifier in _identifiers(entry.resource):
            value, place = identifier.get("value"), entry.name
            for spelled in (f"{identifier.get('system', '')}|{value}", str(value)):
                found[str(entry.resource.get("resourceType")), "identifier", spelled] = place
    return found


def _resolve_in(value: Any, places: Mapping[str, str], find: Finder, found: dict[str, str]) -> int:
    """Resolve in the parsed value; returns how many references were changed."""
    changed = 0
    for one in objects(value):
        reference = one.get("reference")
        if not isinstance(reference, str):
            continue
        try:
            target = _target(reference, places, find)
        except ReferenceUnresolved as error:
            error.expression = _path_of(value, reference, str(value.get("resourceType")))
            raise
        if target != reference:
            one["reference"] = found[reference] = target
            changed += 1
    return changed


def _path_of(value: Any, reference: str, path: str) -> str:
    """Where in a value this reference is made first, or ""."""
    if isinstance(value, dict):
        if value.get("reference") == reference:
            return f"{path}.reference"
        inside = ((child, f"{path}.{name}") for name, child in value.items())
    else:
        inside = ((child, f"{path}[{index}]") for index, child in enumerate(value))
    found = (_path_of(child, reference, step) for child, step in inside if isinstance(child, dict | list))
    return next(filter(None, found), "")


def _target(reference: str, places: Mapping[str, str], find: Finder) -> str:
    if reference in places:
        return places[reference]
    kind, condition, query = reference.partition("?")
    if condition and kind.isalpha():
        parameter, _, wanted = query.partition("=")
        if target := find(kind, parameter, wanted):
            return target
        raise ReferenceUnresolved(f"A conditional reference to {kind} fits nothing that is known here.")
    if reference.startswith(("urn:uuid:", "urn:oid:")):
        raise ReferenceUnresolved("A reference leads to an entry that the bundle does not have.")
    return reference


def _give_id(entry: Entry) -> bool:
    if not entry.full_url or not entry.text.startswith("{"):
        return False
    last = entry.full_url.removeprefix("urn:uuid:").rpartition("/")[2]
    derived = last if ID.match(last) else str(uuid.uuid5(_DERIVED, entry.full_url))
    comma = "," if len(entry.resource) else ""
    entry.resource["id"] = derived
    entry.text = f'{{"id":"{derived}"{comma}{entry.text[1:]}'
    return True


def set_id(entry: Entry, key: str) -> None:
    """Give an entry this id, in place of one that it may have. The rest of its text stays as it was received.

    Raises InvalidResource where what it has is no id: it is not what its sender takes it for.
    """
    before = entry.resource.get("id", key)
    if not isinstance(before, str) or not ID.match(before):
        where = f"{entry.resource.get('resourceType')}.id"
        raise InvalidResource(
            f"{where} is not a FHIR id (letters, digits, - and ., at most 64).", expression=where
        )
    reader, at = Reader(entry.text.encode()), None
    for name in reader.members():
        start = reader.skip()
        reader.value()
        if name == "id":
            at = (start, reader.at)
    if at:
        entry.text = f'{entry.text[: at[0]]}"{key}"{entry.text[at[1] :]}'
    else:
        head, _, rest = entry.text.partition("{")
        entry.text = f'{head}{{"id":"{key}"{"," if entry.resource else ""}{rest}'
    entry.resource["id"] = key


def _identifiers(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    value = resource.get("identifier")
    for identifier in value if isinstance(value, list) else [value]:
        if isinstance(identifier, dict) and isinstance(identifier.get("value"), str):
            yield identifier
