"""Transactions (FHIR R4, 3.1.0.11.2): all that a bundle asks for, or nothing, in one transaction of the database.

References by fullUrl (`urn:uuid:...`) and by condition (`Practitioner?identifier=...`) lead to what was stored. Reads
are not served inside: what a transaction answers is what it did. Send those as a batch. A PATCH reads what it changes
beforehand, which is an access of its own, and carries its JSON Patch as a Binary (3.1.0.11.2).
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from portal.accounts.identity import Caller
from portal.records import json_patch
from portal.records.bundles import Entry
from portal.records.changes import Change, Written
from portal.records.changing import kept, where
from portal.records.committing import carry_out
from portal.records.envelopes import check_entry, handles
from portal.records.errors import Denied, InvalidBundle, RecordsError
from portal.records.patching import patched
from portal.records.preparing import within
from portal.records.references import set_id
from portal.records.strict_json import MAX_DEPTH, MAX_RESOURCE, too_deep

MOST_ENTRIES = 1000
METHODS = ("POST", "PUT", "PATCH", "DELETE")
_URL = re.compile(r"([A-Z][A-Za-z]{0,63})(?:/([A-Za-z0-9\-.]{1,64}))?\Z")
_ETAG = re.compile(r'(?:W/)?"([1-9][0-9]{0,8})"\Z')


def transact(
    *, caller: Caller, tenant: UUID, entries: Sequence[Entry], purpose: str | None = None, about: str = ""
) -> list[Written]:
    """Carry out the requests of a transaction bundle; what became of each, in their order.

    `about`: the id of the Patient whose records they are, for resources that only contain one.
    Raises Denied after the denial is in the ledger; InvalidBundle and what a single write raises, with an `expression`
    that begins with the entry. Nothing is stored then.
    """
    if len(entries) > MOST_ENTRIES:
        raise InvalidBundle(f"A transaction has at most {MOST_ENTRIES} entries.", expression="Bundle.entry")
    changes: list[Change] = []
    places: dict[str, str] = {}
    asked = [_change(entry, about) for entry in entries]
    for entry, change in zip(entries, asked, strict=True):
        if entry.method == "PATCH":
            change = _patched(entry, change, caller=caller, tenant=tenant, purpose=purpose)  # noqa: PLW2901
        if change.entry and entry.full_url:
            if entry.full_url in places:
                raise _fault(entry, "fullUrl", "Two entries have the same fullUrl.")
            places[entry.full_url] = f"{change.type}/{change.id}"
        changes.append(change)
    for entry in entries:
        for name in handles(entry.full_url, new=entry.method == "POST") if entry.full_url in places else ():
            places.setdefault(name, places[entry.full_url])
    return carry_out(
        changes, caller=caller, tenant=tenant, purpose=purpose, interaction="transaction", places=places
    )


def _patched(entry: Entry, change: Change, *, caller: Caller, tenant: UUID, purpose: str | None) -> Change:
    try:
        return patched(
            change, json_patch.carried(entry.resource), caller=caller, tenant=tenant, purpose=purpose
        )
    except Denied:
        raise
    except RecordsError as error:
        raise within(entry, error) from None


def _change(entry: Entry, about: str) -> Change:
    """What one entry asks for. Raises InvalidBundle, UnsupportedType."""
    check_entry(entry.around, entry.index)
    if entry.method not in METHODS:
        raise _fault(entry, "request.method", f"Served are {', '.join(METHODS)}. Send reads as a batch.")
    kind, key, condition = _target(entry)
    version = _version(entry)
    if not key and condition is None and entry.method in {"DELETE", "PATCH"}:
        raise _fault(entry, "request.url", f"A {entry.method} names one record.")
    if entry.method == "DELETE":
        if condition is not None:
            return where("delete", kind, condition, expected=version)
        return Change("delete", kind, key, expected=version)
    if entry.method == "PATCH":
        if condition is not None:
            raise _fault(entry, "request.url", "A PATCH names one record, by its id.")
        return Change("update", kind, key, expected=version)
    resource = _resource(entry, kind)
    entry.about = about
    if entry.method == "PUT" and condition is not None:
        return where("update", kind, condition, entry, expected=version)
    if entry.method == "PUT":
        if not key or resource.get("id") != key:
            raise _fault(entry, "resource.id", "A PUT names the record, by the id that its resource has.")
        return Change("update", kind, key, entry, expected=version)
    if key or condition is not None:
        raise _fault(entry, "request.url", "A POST names a type only.")
    made = str(uuid.uuid4())
    try:
        set_id(entry, made)
    except RecordsError as error:
        raise within(entry, error) from None
    return Change("create", kind, made, entry, condition=_condition(entry))


def _target(entry: Entry) -> tuple[str, str, dict[str, list[str]] | None]:
    """The type, the id or "", and the condition that an entry's address names."""
    if entry.fault and entry.resource is not None:
        raise _fault(entry, "resource", f"It {entry.fault}." if entry.fault[0].islower() else entry.fault)
    url = entry.request.get("url")
    path, asks, query = url.partition("?") if isinstance(url, str) else ("", "", "")
    match = _URL.match(path)
    if match is None or (asks and match[2]):
        raise _fault(entry, "request.url", "The address is Type or Type/id, below this server.")
    try:
        kept(match[1])
    except RecordsError as error:
        raise _fault(entry, "request.url", str(error)) from None
    condition = _search(entry, "request.url", query) if asks else None
    return match[1], match[2] or "", condition


def _resource(entry: Entry, kind: str) -> Mapping[str, Any]:
    found = entry.resource
    if not isinstance(found, dict) or found.get("resourceType") != kind:
        raise _fault(entry, "resource", "The entry holds no resource of the type that its address names.")
    if len(entry.text) > MAX_RESOURCE or too_deep(found):
        raise _fault(
            entry,
            "resource",
            f"It is larger than {MAX_RESOURCE // 1024} KiB or deeper than {MAX_DEPTH} levels.",
        )
    return found


def _version(entry: Entry) -> int | None:
    value = entry.request.get("ifMatch")
    if value is None:
        return None
    match = _ETAG.match(value) if isinstance(value, str) else None
    if match is None:
        raise _fault(entry, "request.ifMatch", 'It names a version as ETag did, such as W/"3".')
    return int(match[1])


def _condition(entry: Entry) -> dict[str, list[str]] | None:
    value = entry.request.get("ifNoneExist")
    return None if value is None else _search(entry, "request.ifNoneExist", str(value).rpartition("?")[2])


def _search(entry: Entry, element: str, query: str) -> dict[str, list[str]]:
    try:
        found = parse_qs(query, strict_parsing=True, max_num_fields=20)
    except ValueError:
        found = {}
    if not found:
        raise _fault(entry, element, "It is a search, such as identifier=system|value.")
    return found


def _fault(entry: Entry, element: str, sentence: str) -> InvalidBundle:
    return InvalidBundle(
        f"{sentence} Nothing was stored.", expression=f"Bundle.entry[{entry.index}].{element}"
    )
