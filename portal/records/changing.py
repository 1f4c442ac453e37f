"""Writing one record: create, update, delete. Every face writes by these."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from portal.accounts.identity import Caller
from portal.records import strict_json
from portal.records.bundles import Entry
from portal.records.changes import Change, Written
from portal.records.committing import carry_out
from portal.records.errors import IdMismatch, InvalidResource, UnsupportedType
from portal.records.kinds import KINDS
from portal.records.references import set_id


def write_resource(
    *,
    caller: Caller,
    tenant: UUID,
    resource: Mapping[str, Any],
    purpose: str | None = None,
    version: int | None = None,
) -> Written:
    """Store a FHIR resource that a form was made into: a new record if it has no `id`, else the next version of it.

    `caller` acts for `tenant`'s records of the patient whom the resource names (`subject` or `patient`:
    {"reference": "Patient/<id>"}); contracts must permit them to *write* its category. `purpose`: by default what the
    caller's role is for (TREAT for clinicians). `version`: the one that the form showed; VersionMismatch if the
    record has moved on since. The answer's `promise` is that of the ledger entry (`record.created`, `record.updated`),
    its `type`, `id` and `version` say where to read it.

    Raises Denied after the denial is in the ledger; InvalidResource whose `expression` names the element at fault;
    UnsupportedType, WriteConflict, VersionMismatch, UnknownPurpose, ScopeMissing.
    """
    content = json.dumps(resource, ensure_ascii=False).encode()
    kind, key = str(resource.get("resourceType", "")), resource.get("id")
    if key is None:
        return create(caller=caller, tenant=tenant, type=kind, content=content, purpose=purpose)
    return update(
        caller=caller,
        tenant=tenant,
        type=kind,
        id=str(key),
        content=content,
        purpose=purpose,
        version=version,
    )


def create(
    *,
    caller: Caller,
    tenant: UUID,
    type: str,  # noqa: A002 - the field's own name
    content: bytes,
    purpose: str | None = None,
    condition: Mapping[str, Sequence[str]] | None = None,
) -> Written:
    """Store the bytes of a resource under an id that is made for it; an id that they name is replaced.

    `condition`: search parameters (If-None-Exist); where one record fits them that one is returned, as "found", and
    nothing is stored. Raises as `write_resource`, and MalformedJson, InvalidSearch, NotSelective.
    """
    entry = entry_of(content, type)
    key = str(uuid.uuid4())
    set_id(entry, key)
    change = Change("create", type, key, entry, condition=condition)
    return carry_out([change], caller=caller, tenant=tenant, purpose=purpose, interaction="create")[0]


def update(
    *,
    caller: Caller,
    tenant: UUID,
    type: str,  # noqa: A002 - the field's own name
    id: str,  # noqa: A002 - the field's own name
    content: bytes,
    purpose: str | None = None,
    version: int | None = None,
) -> Written:
    """Store the bytes of a resource as the next version of a record; as its first, if there is none with that id.

    `version`: the one that it must have now (If-Match). A record that was deleted is there again afterwards. Raises as
    `write_resource`, and MalformedJson, IdMismatch.
    """
    entry = entry_of(content, type)
    if entry.resource.get("id") != id:
        raise IdMismatch(
            "The id in the body is not the one that the record is to have. Nothing was stored.",
            expression=f"{type}.id",
        )
    change = Change("update", type, id, entry, expected=version)
    return carry_out([change], caller=caller, tenant=tenant, purpose=purpose, interaction="update")[0]


def delete(
    *,
    caller: Caller,
    tenant: UUID,
    type: str,  # noqa: A002 - the field's own name
    id: str,  # noqa: A002 - the field's own name
    purpose: str | None = None,
    version: int | None = None,
) -> Written:
    """Say that a record is no more. Its versions stay, and it can be brought back by `update`.

    Deleting again changes nothing. Raises Denied, UnknownRecord, WriteConflict (a Patient), VersionMismatch.
    """
    kept(type)
    change = Change("delete", type, id, expected=version)
    return carry_out([change], caller=caller, tenant=tenant, purpose=purpose, interaction="delete")[0]


def kept(type_name: str) -> None:
    """Raise UnsupportedType for what is not kept here."""
    if type_name not in KINDS:
        raise UnsupportedType(f"This node does not keep resources of the type {type_name[:40]!r}.")


def entry_of(content: bytes, type_name: str) -> Entry:
    """The one resource of these bytes. Raises MalformedJson, UnsupportedType, InvalidResource, IdMismatch."""
    kept(type_name)
    resource = strict_json.parse(content)
    if not isinstance(resource, dict):
        raise InvalidResource("The body must be one JSON object.", expression=type_name)
    if resource.get("resourceType") != type_name:
        raise IdMismatch(
            "The resourceType of the body is not the one that the address names. Nothing was stored.",
            expression="resourceType",
        )
    return Entry(None, resource=resource, text=content.decode())
