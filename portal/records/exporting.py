"""The work behind a bulk export: page by page, each decided, entered and sealed in one transaction.

A page that was committed is done: a killed worker loses and doubles nothing, and the next one goes on behind it.
A permission that ends while the export runs ends it for that person, and the manifest says so.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.utils import timezone

from ledger.vault import keyring
from portal.records import remembered, storage
from portal.records.access import Asked, ask, circumstances, decide, deciding, enter, group_facts
from portal.records.candidates import candidates
from portal.records.kinds import KINDS
from portal.records.models import Export, ExportPart
from portal.records.opening import open_rows
from portal.records.sealed import Stored

PAGE = 100
USE = "export"
WITHDRAWN, TAMPERED = "access-withdrawn", "record-tampered"


def run(*, tenant: UUID, export: UUID) -> None:
    """Do what is left of an export."""
    while step(tenant=tenant, export=export):
        pass


def step(*, tenant: UUID, export: UUID) -> bool:
    """One page of one person; whether something is left. Two workers at the same export do not disturb each other."""
    with deciding(tenant):
        job = Export.objects.select_for_update().filter(tenant_id=tenant, id=export, finished=None).first()
        if job is None:
            return False
        if job.position < len(job.people):
            _page(job, job.people[job.position])
        else:
            job.finished = timezone.now()
        job.seen = timezone.now()
        job.save()
        return job.finished is None


def name(tenant: UUID, export: UUID, number: int) -> dict[str, object]:
    """What is bound into the seal of a part."""
    return {"v": 1, "kind": "export", "tenant": str(tenant), "export": str(export), "number": number}


def _page(job: Export, person: UUID) -> None:
    caller = remembered.from_json(job.caller)
    purpose = job.purpose or None
    asked = ask(caller, job.tenant_id, person, purpose=purpose, interaction="export", action="export")
    under = circumstances(asked)
    there = candidates(person, job.types, (), under.told)
    facts = {group_facts(kind, category) for kind in job.types for category in KINDS[kind].categories}
    decisions = decide(asked, facts | there.facts, under)
    permitted = there.permitted(decisions)
    rows = storage.behind(
        person, permitted.groups, permitted.conditions, since=job.since, after=job.after, limit=PAGE
    )
    _note_withdrawal(job, person, permitted.groups)
    if rows or (there.facts and not permitted.groups):
        stored = [row for _, row in rows]
        shown = {row.header.category for row in stored} or {one.category for one in there.facts}
        enter(asked, decisions, stored, categories=shown)
        _keep(job, asked, stored)
    job.after = rows[-1][0] if rows else None
    if len(rows) < PAGE:
        job.position, job.after, job.groups = job.position + 1, None, None


def _note_withdrawal(job: Export, person: UUID, permitted: Collection[tuple[str, str]]) -> None:
    """What was permitted when her turn began and is no more is missing from here on."""
    before = {tuple(pair) for pair in job.groups or ()}
    if before - set(permitted):
        job.errors = [*job.errors, [str(person), WITHDRAWN]]
    job.groups = sorted(permitted)


def _keep(job: Export, asked: Asked, rows: Sequence[Stored]) -> None:
    """Seal the page, a part for each group: only a part that is still permitted is handed out later."""
    opened = open_rows(job.tenant_id, rows)
    if opened.tampered:
        job.errors = [*job.errors, [str(asked.person), TAMPERED]]
    contents = {(one.type, one.id): one.content for one in opened.records}
    whole = [row for row in rows if (row.header.type, row.header.id) in contents]
    number = ExportPart.objects.filter(tenant_id=job.tenant_id, export=job.id).count()
    for group, those in groupby(sorted(whole, key=_group_of), key=_group_of):
        part = list(those)
        lines = b"".join(_line(contents[row.header.type, row.header.id]) for row in part)
        bound = name(job.tenant_id, job.id, number)
        ExportPart.objects.create(
            tenant_id=job.tenant_id,
            export=job.id,
            number=number,
            person=asked.person,
            type=group[0],
            category=group[1],
            labels=list(group[2]),
            resources=[[row.header.id, row.header.version, row.content_hash.hex()] for row in part],
            sealed=keyring.seal(asked.person, USE, lines, bound),
        )
        number += 1


def _line(content: bytes) -> bytes:
    """One line of NDJSON. No string of JSON holds a line break, so that each is white space between values."""
    return content.replace(b"\r", b" ").replace(b"\n", b" ").strip() + b"\n"


def _group_of(row: Stored) -> tuple[str, str, tuple[str, ...]]:
    return row.header.type, row.header.category, row.header.labels


def lost(job: Export, now: datetime, seconds: int) -> bool:
    """Whether nobody seems to work at it."""
    return job.finished is None and (now - job.seen).total_seconds() > seconds
