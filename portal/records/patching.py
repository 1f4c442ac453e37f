"""Changing part of a record (FHIR R4, 3.1.0.6): what it is now is read, changed by a JSON Patch, and stored.

Whoever patches learns what the record says, by `test` and by the answer. So a patch is a read and an update, each
decided and entered, and the update holds only if nobody else wrote in between.
"""

from dataclasses import replace
from uuid import UUID

from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts.identity import Caller
from portal.records import json_patch, storage, subjects
from portal.records.changes import Change, Written
from portal.records.changing import entry_of, kept
from portal.records.committing import carry_out
from portal.records.errors import IdMismatch, VersionMismatch
from portal.records.reading import read


def patch(
    *,
    caller: Caller,
    tenant: UUID,
    type: str,  # noqa: A002 - the field's own name
    id: str,  # noqa: A002 - the field's own name
    content: bytes,
    purpose: str | None = None,
    version: int | None = None,
) -> Written:
    """Apply the JSON Patch that `content` is to a record, and store what comes of it as its next version.

    `version`: the one that it must have now (If-Match). Raises Denied, UnknownRecord, RecordDeleted, VersionMismatch,
    MalformedJson, InvalidPatch, PatchFailed (a test, or a path that leads nowhere), IdMismatch, and as `update`.
    """
    kept(type)
    asked = Change("update", type, id, expected=version)
    change = patched(asked, content, caller=caller, tenant=tenant, purpose=purpose)
    return carry_out([change], caller=caller, tenant=tenant, purpose=purpose, interaction="update")[0]


def patched(change: Change, content: bytes, *, caller: Caller, tenant: UUID, purpose: str | None) -> Change:
    """The update that a patch comes to. Reads the record, as an access of its own; raises as `patch`."""
    now = read(caller=caller, tenant=tenant, type=change.type, id=change.id, purpose=purpose).record
    if change.expected not in (None, now.version):
        raise VersionMismatch(
            "The record is not the version that this patch was made for. Nothing was stored. Read it, and decide anew."
        )
    entry = entry_of(json_patch.applied(now.content, content), change.type)
    if entry.resource.get("id") != change.id:
        raise IdMismatch(
            "A patch does not change the id. Nothing was stored.", expression=f"{change.type}.id"
        )
    if subjects.contained(entry.resource):
        entry.about = _about(tenant, change)
    return replace(change, entry=entry, expected=now.version)


def _about(tenant: UUID, change: Change) -> str:
    """The id of the Patient whose record it is already."""
    with tenant_scope(tenant):
        found = storage.read(change.type, change.id)
        person = found[0].header.person if found else None
        return selectors.registration(person=person).patient if person else ""
