"""Evidence archives for auditors: a span of the log, or one patient's entries, as a file that verifies elsewhere.

What is closed to auditors stays sealed in it. That one was handed out stands in the log, of a patient's in her chain.
Made by the queue it is kept sealed for a day, for whoever asked alone: under the patient's key where it is about one,
so that it dies with it, and of no use any more after an erasure, which would have taken something out of it.
"""

import hashlib
from collections.abc import Iterator
from io import BufferedRandom
from tempfile import TemporaryFile
from uuid import UUID

from django.utils import timezone

from ledger import selectors as ledger
from ledger.scope import tenant_scope
from ledger.services import append
from portal.accounts.identity import Caller
from portal.inspections import services
from portal.inspections.apps import EXPORTED
from portal.inspections.errors import ArchiveInMaking, ArchiveNotReady, UnknownArchive
from portal.inspections.making import KEPT, Span, opened, span_of, write
from portal.inspections.models import Archive
from portal.records.access import who

__all__ = [
    "KEPT",
    "MEDIA_TYPE",
    "Archive",
    "Span",
    "UnknownArchive",
    "archive_of",
    "archives_of",
    "file_of",
    "made_now",
    "start",
]

MEDIA_TYPE = "application/zip"
PIECE = 256 * 1024


def made_now(*, caller: Caller, tenant: UUID, span: Span) -> Iterator[bytes]:
    """Make an archive while the caller waits, and hand it out. Outside any transaction.

    On disk, so that what goes wrong is said before the first byte is sent, and memory stays flat. Raises RoleNeeded,
    ScopeMissing, and of the ledger NotYetSequenced and UnknownEntry.
    """
    services.require_auditor(caller, tenant)
    file = TemporaryFile()  # noqa: SIM115 - closed by whoever reads it
    try:
        write(file, tenant=tenant, span=span)
        file.seek(0)
        _enter(caller, tenant, span, hashlib.file_digest(file, "sha256").hexdigest())
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return _pieces_of(file)


def start(*, caller: Caller, tenant: UUID, span: Span) -> Archive:
    """Have the queue make one; the same asked again meanwhile is the one in the making.

    Each auditor has one made at a time. Raises RoleNeeded, ScopeMissing, ArchiveInMaking.
    """
    services.require_auditor(caller, tenant)
    with tenant_scope(tenant):
        erased = len(ledger.erased_parties())
    run = services.begin(
        Archive,
        tenant=tenant,
        asked_by=caller.user,
        person=span.person,
        since=span.since,
        until=span.until,
        erased=erased,
    )
    if span_of(run) != span:
        raise ArchiveInMaking(
            "Another archive is being made for you. Nothing was started. Wait for it, then ask again."
        )
    return run


def archives_of(*, caller: Caller, tenant: UUID) -> list[Archive]:
    """Those that the caller had made and that are kept, newest first. Raises RoleNeeded, ScopeMissing."""
    services.require_auditor(caller, tenant)
    with tenant_scope(tenant):
        erased = len(ledger.erased_parties())
        found = Archive.objects.filter(
            tenant_id=tenant, asked_by=caller.user, asked__gt=timezone.now() - KEPT, erased=erased
        )
        return list(found.order_by("-asked", "-id"))


def archive_of(*, caller: Caller, tenant: UUID, archive: UUID) -> Archive:
    """How far one is. Raises RoleNeeded, ScopeMissing, UnknownArchive."""
    for found in archives_of(caller=caller, tenant=tenant):
        if found.id == archive:
            return services.kept_going(found)
    raise UnknownArchive(
        "You have no such archive here (any more): it is kept for a day, or until an erasure. Make a new one."
    )


def file_of(*, caller: Caller, tenant: UUID, archive: UUID) -> tuple[int, Iterator[bytes]]:
    """Its size in bytes and its content, piece by piece. That it is handed out is entered before the first.

    Raises as archive_of does, and ArchiveNotReady.
    """
    found = archive_of(caller=caller, tenant=tenant, archive=archive)
    if found.finished is None:
        raise ArchiveNotReady("The archive is still being made. Ask for it again in a few seconds.")
    if not found.held:
        raise UnknownArchive("That archive could not be made: its status says why. Make a new one.")
    _enter(caller, tenant, span_of(found), found.digest)
    return found.size, opened(found)


def _enter(caller: Caller, tenant: UUID, span: Span, digest: str) -> None:
    audit = {
        **who(caller),
        "role": caller.role,
        "since": span.since.isoformat(timespec="seconds") if span.since else None,
        "until": span.until.isoformat(timespec="seconds") if span.until else None,
        "archive": digest,
    }
    with tenant_scope(tenant):
        append(type=EXPORTED, actor=caller.user, subject=span.person, audit=audit)


def _pieces_of(file: BufferedRandom) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
