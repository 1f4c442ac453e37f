"""The work behind an evidence archive: made on disk, then kept piece by piece, each sealed.

Each attempt keeps its own pieces, and the one that ends first is the archive: a worker that was killed, or that was
taken for lost and was not, disturbs nobody.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import BinaryIO, cast
from uuid import UUID

from django.utils import timezone

from ledger.errors import LedgerError
from ledger.evidence.export import Progress
from ledger.identity import new_id
from ledger.scope import tenant_scope
from ledger.services import export_evidence
from ledger.vault import keyring
from portal.inspections.errors import UnknownArchive
from portal.inspections.models import Archive, ArchivePiece
from portal.inspections.reporting import Reporting, waits
from portal.records.services import wholly_audited

USE = "evidence"
PIECE = 1024 * 1024
KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Span:
    """What an archive holds: entries sequenced from `since` on and before `until`, about `person` or everybody."""

    person: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def span_of(archive: Archive) -> Span:
    return Span(archive.person, archive.since, archive.until)


def write(out: BinaryIO, *, tenant: UUID, span: Span, progress: Progress = lambda done, size: None) -> int:
    """Write an archive as auditors may have it; returns how many entries it holds. Outside any transaction."""
    exported = export_evidence(
        out,
        tenant=tenant,
        subject=span.person,
        since=span.since,
        until=span.until,
        disclose=wholly_audited,
        progress=progress,
    )
    return exported.entries


def make(*, tenant: UUID, run: UUID) -> None:
    """Make one that was asked for. What stands in its way (nobody has such entries) is its finding."""
    asked = waits(Archive, tenant, run)
    if asked is None:
        return
    with Reporting(Archive, tenant, run) as reporting, TemporaryFile() as temporary:
        file = cast(BinaryIO, temporary)
        try:
            entries = write(file, tenant=tenant, span=span_of(asked), progress=reporting.take)
        except LedgerError as error:
            finding = {"kind": error.code, "sentence": str(error), "index": None}
            _finish(asked, held=False, findings=[finding])
            return
        attempt = new_id()
        kept = _keep(asked, attempt, file)
        _finish(asked, attempt=attempt, held=True, done=entries, total=entries, **kept)


def opened(archive: Archive) -> Iterator[bytes]:
    """The bytes of one that was made, piece by piece. Raises UnknownArchive where it is deleted meanwhile."""
    for number in range(archive.pieces):
        with tenant_scope(archive.tenant_id):
            kept = ArchivePiece.objects.filter(pk=(archive.tenant_id, archive.attempt, number)).first()
            if kept is None:
                raise UnknownArchive("This archive is not kept any more. Make a new one.")
            last = number + 1 == archive.pieces
            piece = keyring.unseal(
                archive.owner, bytes(kept.sealed), _bound(archive, kept.attempt, number, last)
            )
        yield piece


def expire(tenant: UUID) -> int:
    """Delete what was kept long enough; returns how many archives that were."""
    with tenant_scope(tenant):
        old = Archive.objects.filter(tenant_id=tenant, asked__lt=timezone.now() - KEPT)
        gone = list(old.values_list("id", flat=True))
        ArchivePiece.objects.filter(tenant_id=tenant, archive__in=gone).delete()
        Archive.objects.filter(id__in=gone).delete()
    return len(gone)


def _bound(archive: Archive, attempt: UUID, number: int, last: bool) -> dict[str, object]:
    """What is bound into the seal of a piece."""
    return {
        "v": 1,
        "kind": "evidence",
        "tenant": str(archive.tenant_id),
        "archive": str(archive.id),
        "attempt": str(attempt),
        "number": number,
        "last": last,
    }


def _keep(archive: Archive, attempt: UUID, file: BinaryIO) -> dict[str, object]:
    digest, number = hashlib.sha256(), 0
    size = file.tell()
    file.seek(0)
    while piece := file.read(PIECE):
        digest.update(piece)
        with tenant_scope(archive.tenant_id):
            sealed = keyring.seal(
                archive.owner, USE, piece, _bound(archive, attempt, number, file.tell() == size)
            )
            ArchivePiece.objects.create(
                tenant_id=archive.tenant_id, archive=archive.id, attempt=attempt, number=number, sealed=sealed
            )
        number += 1
    return {"pieces": number, "size": size, "digest": digest.hexdigest()}


def _finish(archive: Archive, *, attempt: UUID | None = None, **outcome: object) -> None:
    now = timezone.now()
    with tenant_scope(archive.tenant_id):
        unfinished = Archive.objects.filter(id=archive.id, finished=None)
        if not unfinished.update(finished=now, seen=now, attempt=attempt, **outcome) and attempt:
            ArchivePiece.objects.filter(archive=archive.id, attempt=attempt).delete()
