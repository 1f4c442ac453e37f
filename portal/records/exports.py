"""Asking for a bulk export, how far it is, and what it brought (FHIR Bulk Data 2.0).

Handing out is an access of its own: each person's part is decided on again and entered before its lines go out.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.utils import timezone

from consent import selectors as consent
from consent.facts import Decisions, ResourceFacts
from ledger.scope import tenant_scope
from ledger.vault import keyring
from portal.accounts import selectors
from portal.accounts.identity import Caller
from portal.records import exporting, remembered, storage, tasks
from portal.records.access import (
    Asked,
    all_or_none,
    ask,
    circumstances,
    decide,
    deciding,
    enter,
    group_facts,
)
from portal.records.candidates import candidates
from portal.records.errors import InvalidSearch, UnknownExport
from portal.records.kinds import CLINICAL
from portal.records.models import Export, ExportPart
from portal.records.patients import all_related
from portal.records.scoping import require_scope

KEPT = timedelta(hours=24)
LOST_SECONDS = 60


@dataclass(frozen=True)
class Exported:
    """How far an export is. `counts`: resources by type; `errors`: (id of the Patient, code) of what is missing."""

    id: UUID
    asked: datetime
    request: str
    people: int
    done: int
    finished: bool
    expires: datetime
    counts: dict[str, int]
    errors: Sequence[tuple[str, str]]


def start_export(
    *,
    caller: Caller,
    tenant: UUID,
    request: str,
    types: Collection[str] = (),
    since: datetime | None = None,
    patients: Collection[str] = (),
    purpose: str | None = None,
) -> UUID:
    """Queue an export of all those whom the caller has to do with, or of these patients among them.

    Whom contracts do not permit to *export* is left out when her turn comes, and told. Raises InvalidSearch,
    ScopeMissing, UnknownPurpose.
    """
    require_scope(caller, "Patient", "search")
    unknown = sorted(set(types) - CLINICAL)
    if unknown:
        raise InvalidSearch(f"No {unknown[0][:40]!r} of patients is kept here.", expression="_type")
    with deciding(tenant):
        related = all_related(caller)
        named = {row.patient: person for person, row in selectors.registrations_of(related).items()}
        people = {named[key] for key in patients if key in named} if patients else set(named.values())
        if people:  # a purpose that does not exist is refused now, not by the job
            ask(caller, tenant, min(people), purpose=purpose, interaction="export")
        job = Export.objects.create(
            tenant_id=tenant,
            user=caller.user,
            caller=remembered.to_json(caller),
            request=request,
            purpose=purpose or "",
            types=sorted(types or CLINICAL),
            since=since,
            people=sorted(people),
        )
        tasks.export.defer(tenant=str(tenant), export=str(job.id))
    return job.id


def export_status(*, caller: Caller, tenant: UUID, export: UUID) -> Exported:
    """How far it is. One whose worker is lost is queued again. Raises UnknownExport."""
    with tenant_scope(tenant):
        job = _job(caller, export)
        if exporting.lost(job, timezone.now(), LOST_SECONDS):
            Export.objects.filter(id=export).update(seen=timezone.now())
            tasks.export.defer(tenant=str(tenant), export=str(export))
        counts: Counter[str] = Counter()
        for kind, resources in ExportPart.objects.filter(export=export).values_list("type", "resources"):
            counts[kind] += len(resources)
        named = selectors.registrations_of({UUID(person) for person, _ in job.errors})
    return Exported(
        id=job.id,
        asked=job.asked,
        request=job.request,
        people=len(job.people),
        done=job.position,
        finished=job.finished is not None,
        expires=job.asked + KEPT,
        counts=dict(sorted(counts.items())),
        errors=[(named[UUID(person)].patient, code) for person, code in job.errors if UUID(person) in named],
    )


def exported_lines(*, caller: Caller, tenant: UUID, export: UUID, type: str) -> Iterator[bytes]:  # noqa: A002
    """The NDJSON of one type, a part at a time. Raises UnknownExport before the first."""
    with tenant_scope(tenant):
        job = _job(caller, export)
        if job.finished is None:
            raise UnknownExport("That export is not ready yet. Ask its status.")
        found = ExportPart.objects.filter(export=export, type=type).order_by("number")
        parts = list(found.values_list("number", "person", "category", "labels", "resources"))
    return _lines(caller, tenant, job, type, parts)


def export_is_under_notice(*, caller: Caller, tenant: UUID, export: UUID, type: str) -> bool:  # noqa: A002
    """Whether with these lines goes the notice of 42 CFR 2.32: before they are decided on, so rather once too often.

    Never to the person herself. Raises UnknownExport.
    """
    with tenant_scope(tenant):
        job = _job(caller, export)
        people = set(ExportPart.objects.filter(export=job.id, type=type).values_list("person", flat=True))
        return consent.under_notice(people - {caller.person})


def delete_export(*, caller: Caller, tenant: UUID, export: UUID) -> None:
    """Cancel it, and delete what it brought. Raises UnknownExport."""
    with tenant_scope(tenant):
        _job(caller, export)
        _delete([export])


def expire_exports(tenant: UUID) -> int:
    """Delete what was kept long enough; returns how many exports that were."""
    with tenant_scope(tenant):
        old = Export.objects.filter(tenant_id=tenant, asked__lt=timezone.now() - KEPT)
        gone = list(old.values_list("id", flat=True))
        _delete(gone)
    return len(gone)


def _lines(
    caller: Caller, tenant: UUID, job: Export, kind: str, parts: Sequence[tuple[Any, ...]]
) -> Iterator[bytes]:
    for number, person, category, labels, resources in parts:
        with deciding(tenant):
            asked = ask(
                caller, tenant, person, purpose=job.purpose or None, interaction="export", action="export"
            )
            decisions = _decided(
                asked, kind, group_facts(kind, category, labels), [one[0] for one in resources]
            )
            rows = [_named(kind, category, *one) for one in resources]
            enter(asked, decisions, rows if decisions.any_permitted else [], categories={category})
            if not decisions.any_permitted:
                continue
            part = ExportPart.objects.filter(export=job.id, number=number).first()
            if part is None:  # deleted while it was read
                return
            bound = exporting.name(tenant, job.id, number)
            lines = keyring.unseal(person, bytes(part.sealed), bound)
        yield lines


def _decided(asked: Asked, kind: str, group: ResourceFacts, ids: Sequence[str]) -> Decisions:
    """A part is permitted if all that is in it is, as it was labelled and as it is labelled now."""
    under = circumstances(asked)
    there = candidates(asked.person, [kind], [storage.among([(kind, key) for key in ids])], under.told)
    facts = there.facts if there.single and there.facts else there.facts | {group}
    return all_or_none(decide(asked, facts, under))


def _named(kind: str, category: str, key: str, version: int, digest: str) -> Any:
    """What an entry names of a record."""
    header = SimpleNamespace(type=kind, id=key, version=version, category=category)
    return SimpleNamespace(header=header, content_hash=bytes.fromhex(digest))


def _job(caller: Caller, export: UUID) -> Export:
    job = Export.objects.filter(id=export, user=caller.user, asked__gt=timezone.now() - KEPT).first()
    if job is None:
        raise UnknownExport("You have no such export (any more). Ask for a new one.")
    return job


def _delete(exports: Sequence[UUID]) -> None:
    ExportPart.objects.filter(export__in=exports).delete()
    Export.objects.filter(id__in=exports).delete()
