"""Binary content of records: a document is a FHIR Binary of a patient, which a DocumentReference may lead to."""

import base64
import binascii
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts.identity import Caller
from portal.records import chunks
from portal.records.bundles import Entry
from portal.records.changes import Change, Written
from portal.records.changing import entry_of
from portal.records.chunks import CONTENT, Content
from portal.records.committing import carry_out
from portal.records.errors import InvalidResource
from portal.records.opening import Record
from portal.records.references import set_id


@dataclass(frozen=True)
class Document:
    """The content of a Binary, which is opened piece by piece as it is read."""

    media_type: str
    size: int
    pieces: Iterator[bytes]


def create_document(
    *,
    caller: Caller,
    tenant: UUID,
    patient: str,
    media_type: str,
    content: BinaryIO,
    purpose: str | None = None,
    led_to_by: Callable[[str], Mapping[str, Any]] | None = None,
) -> Written:
    """Store content (seekable) as a Binary about the Patient with that FHIR id.

    It is read twice and never whole. `led_to_by`: makes of the Binary's id the resource that leads to it, which is
    stored together with it or neither is. Contracts decide as on every write of documents. Raises UnsupportedContent,
    ContentTooLarge, Denied, InvalidResource for a patient who is not registered.
    """
    found, key = chunks.measure(content, media_type), str(uuid.uuid4())
    resource = {
        "resourceType": "Binary",
        "id": key,
        "meta": {"extension": [_extension(found)]},
        "contentType": media_type,
        "securityContext": {"reference": f"Patient/{patient}"},
    }
    entry = Entry(None, resource=resource, text=json.dumps(resource), beside=True)
    changes = [Change("create", "Binary", key, entry, content=(found, content))]
    if led_to_by:
        changes.append(_new(led_to_by(key)))
    interaction = "transaction" if led_to_by else "create"
    return carry_out(changes, caller=caller, tenant=tenant, purpose=purpose, interaction=interaction)[0]


def document_of(record: Record, *, tenant: UUID) -> Document:
    """The content of a Binary that was read. Its pieces are opened as they are asked for."""
    resource = record.resource
    media_type = str(resource["contentType"])
    if found := content_of(resource):
        person = _person(resource, tenant)
        return Document(media_type, found.size, chunks.pieces(found, tenant=tenant, person=person))
    try:
        data = base64.b64decode("".join(resource.get("data", "").split()), validate=True)
    except binascii.Error:
        raise InvalidResource("The data of this Binary are not base64.", expression="Binary.data") from None
    return Document(media_type, len(data), iter([data]))


def content_of(resource: Any) -> Content | None:
    """What a Binary says of content beside it."""
    for extension in resource.get("meta", {}).get("extension", ()):
        if extension.get("url") == CONTENT:
            parts = {part["url"]: part for part in extension["extension"]}
            key, size = UUID(parts["key"]["valueId"]), int(parts["size"]["valueString"])
            return Content(key, size, parts["sha256"]["valueString"])
    return None


def _new(resource: Mapping[str, Any]) -> Change:
    kind, key = str(resource["resourceType"]), str(uuid.uuid4())
    entry = entry_of(json.dumps(resource, ensure_ascii=False).encode(), kind)
    set_id(entry, key)
    return Change("create", kind, key, entry)


def _extension(found: Content) -> dict[str, Any]:
    return {
        "url": CONTENT,
        "extension": [
            {"url": "key", "valueId": str(found.key)},
            {"url": "size", "valueString": str(found.size)},
            {"url": "sha256", "valueString": found.digest},
        ],
    }


def _person(resource: Any, tenant: UUID) -> UUID:
    patient = resource["securityContext"]["reference"].partition("/")[2]
    with tenant_scope(tenant):
        return selectors.person_registered(patient=patient)
