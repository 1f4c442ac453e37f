"""Writing one record: create, update, delete. Every face writes by these."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from portal.accounts.identity import Caller
from portal.records import strict_json
from portal.records.bundles import Entry
from portal.records.changes import Change, Verb, Written
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
    about: str = "",
) -> Written:
    """Store the bytes of a resource under an id that is made for it; an id that they name is replaced.

    `condition`: search parameters (If-None-Exist); where one record fits them that one is returned, as "found", and
    nothing is stored. `about`: the id of the Patient whose record it is, for a resource that only contains one.
    Raises as `write_resource`, and MalformedJson, InvalidSearch, NotSelective.
    """
    entry = entry_of(content, type, about=about)
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
    about: str = "",
) -> Written:
    """Store the bytes of a resource as the next version of a record; as its first, if there is none with that id.

    `version`: the one that it must have now (If-Match). A record that was deleted is there again afterwards. `about` as
    with `create`. Raises as `write_resource`, and MalformedJson, IdMismatch.
    """
    entry = entry_of(content, type, about=about)
    if entry.resource.get("id") != id:
        raise IdMismatch(
            "The id in the body is not the one that the record is to have. Nothing was stored.",
            expression=f"{type}.id",
        )
    change = Change("update", type, id, entry, expected=version)
    return carry_out([change], caller=caller, tenant=tenant, purpose=purpose, interaction="update")[0]


def update_where(
    *,
    caller: Caller,
    tenant: UUID,
    type: str,  # noqa: A002 - the field's own name
    condition: Mapping[str, Sequence[str]],
    content: bytes,
    purpose: str | None = None,
    version: int | None = None,
    about: str = "",
) -> Written:
    """Store the bytes of a resource as the next version of the one record that fits; as a new one, if none does.

    Whether one fits is a search, decided and entered as one. Raises as `update`, and InvalidSearch, NotSelective.
    """
    change = where("update", type, condition, entry_of(content, type, about=about), expected=version)
    return carry_out([change], caller=caller, tenant=tenant, purpose=purpose, interaction="update")[0]


def delete_where(
    *,
    caller: Caller,
    tenant: UUID,
    type: str,  # noqa: A002 - the field's own name
    condition: Mapping[str, Sequence[str]],
    purpose: str | None = None,
    version: int | None = None,
) -> Written:
    """Say that the one record that fits is no more; nothing is done if none does. The condition names the patient.

    Raises as `delete`, and InvalidSearch, NotSelective.
    """
    kept(type)
    change = where("delete", type, condition, expected=version)
    return carry_out([change], caller=caller, tenant=tenant, purpose=purpose, interaction="delete")[0]


def where(
    verb: Verb,
    type_name: str,
    condition: Mapping[str, Sequence[str]],
    entry: Entry | None = None,
    *,
    expected: int | None = None,
) -> Change:
    """A change of whatever fits. The id is the one of the resource, or one for the record that it will be."""
    key = str((entry and entry.resource.get("id")) or uuid.uuid4())
    return Change(verb, type_name, key, entry, expected=expected, condition=condition)


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
        raise UnsupportedType(
            f"This node does not keep resources of the type {type_name[:40]!r}.", expression=type_name[:40]
        )


def entry_of(content: bytes, type_name: str, *, about: str = "") -> Entry:
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
    return Entry(None, resource=resource, text=content.decode(), about=about)
