"""The files of an import: which they are, in what order they are read, and what of them cannot be."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from ledger.scope import tenant_scope
from portal.records import bundles, ndjson
from portal.records.bundles import Entry
from portal.records.errors import RecordsError
from portal.records.importing.chunk import Chunk, chunks
from portal.records.importing.dangling import Dangling
from portal.records.importing.report import Report
from portal.records.kinds import DIRECTORY
from portal.records.preparing import Failure, prepare

SUFFIXES = (".json", ndjson.SUFFIX)

MAX_FILE = 512 * 1024 * 1024


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The JSON files among these files and folders, those that fill the directory first."""
    found = [
        file
        for path in paths
        for file in (
            sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES) if path.is_dir() else [path]
        )
        if file.is_file() or not path.is_dir()
    ]
    return sorted(found, key=_turn)


def _turn(file: Path) -> int:
    """The directory first, by the names that Synthea and bulk exports give; Patients before what is about them."""
    kind = file.name.partition(".")[0]
    if kind in DIRECTORY or file.name.startswith(("hospitalInformation", "practitionerInformation")):
        return 0
    return 1 if kind == "Patient" else 2


def import_bundles(
    *,
    tenant: UUID,
    paths: Iterable[Path],
    actor: UUID | None = None,
    progress: Callable[[int, int, Report], None] | None = None,
) -> Report:
    """Import files, folders, transaction and collection bundles. A bad resource or file stops nothing else.

    `progress(files done, files in all, report)` is called after each chunk. Raises LedgerError if the ledger
    does not take an entry: what was reported before that is stored.
    """
    report, files, dangling = Report(), files_of(paths), Dangling()
    for done, file in enumerate(files):
        told = (lambda: progress(done, len(files), report)) if progress else None  # noqa: B023 - called within the turn
        _import_file(_Import(tenant, actor, str(file), report, told, dangling), file)
        if progress:
            progress(done + 1, len(files), report)
    report.dangling += dangling.settled(tenant)
    return report


def import_content(
    *,
    tenant: UUID,
    content: bytes,
    source: str,
    actor: UUID | None = None,
    report: Report | None = None,
    told: Callable[[], None] | None = None,
) -> Report:
    """Import the bytes of one bundle or resource; `source` names them in the report."""
    one = _Import(tenant, actor, source, report or Report(), told, Dangling())
    one.take(content)
    one.report.dangling += one.dangling.settled(tenant)
    return one.report


@dataclass(frozen=True)
class _Import:
    """One file on its way in."""

    tenant: UUID
    actor: UUID | None
    source: str
    report: Report
    told: Callable[[], None] | None
    dangling: Dangling

    def take(self, content: bytes) -> None:
        """One bundle or resource."""
        try:
            entries = bundles.read(content)
        except RecordsError as error:
            self.fail(str(error))
        else:
            self.store(entries, hashlib.sha256(content).hexdigest())

    def store(self, entries: list[Entry], digest: str) -> None:
        with tenant_scope(self.tenant):
            prepared, failed = prepare(entries, self.source)
            self.dangling.add(prepared)
        self.report.failed += failed
        for chunk in chunks(prepared):
            Chunk(self.tenant, self.actor, self.source, digest, self.report).store(chunk)
            if self.told:
                self.told()

    def fail(self, reason: str) -> None:
        self.report.failed.append(Failure(self.source, None, "", reason))


def _import_file(one: _Import, file: Path) -> None:
    try:
        if file.suffix == ndjson.SUFFIX:
            digest = ndjson.digest_of(file)
            for batch in ndjson.batches(file):
                one.store(batch, digest)
            return
        content = _content(file)
    except OSError as error:
        one.fail(f"cannot be read: {error.strerror}")
    except RecordsError as error:
        one.fail(str(error))
    else:
        one.take(content)


def _content(file: Path) -> bytes:
    if file.stat().st_size > MAX_FILE:
        raise RecordsError(f"The file is larger than {MAX_FILE // 1024 // 1024} MiB. Split it.")
    return file.read_bytes()
