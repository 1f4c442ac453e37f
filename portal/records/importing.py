"""Importing FHIR bundles: what is new becomes a version, sealed, indexed and in the ledger; the rest is left alone.

A chunk is one transaction: its versions stand with the ledger entry that lists them, or none of it stands. So an
import that is killed loses and doubles nothing, and the same files again complete it. A bundle is a snapshot that may
come late or twice: content that was stored as any version of a record before is not stored again.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID

import psycopg
from django.db import DataError

from ledger import services as ledger
from ledger.scope import lock, tenant_scope
from portal.accounts import selectors
from portal.accounts import services as accounts
from portal.accounts.errors import AccountsError
from portal.records import bundles, index, ndjson, sealed, writing
from portal.records.bundles import Entry
from portal.records.errors import RecordsError
from portal.records.kinds import DIRECTORY
from portal.records.preparing import Failure, Prepared, prepare
from portal.records.registering import identity_of, record_number_of
from portal.records.sealing import new_version

CHUNK = 100
SUFFIXES = (".json", ndjson.SUFFIX)
MAX_FILE = 512 * 1024 * 1024


@dataclass
class Report:
    """What became of the resources of an import."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.created + self.updated + self.unchanged + len(self.failed)


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
    report, files = Report(), files_of(paths)
    for done, file in enumerate(files):
        told = (lambda: progress(done, len(files), report)) if progress else None  # noqa: B023 - called within the turn
        _import_file(_Import(tenant, actor, str(file), report, told), file)
        if progress:
            progress(done + 1, len(files), report)
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
    report = report or Report()
    try:
        entries = bundles.read(content)
    except RecordsError as error:
        report.failed.append(Failure(source, None, "", str(error)))
        return report
    digest = hashlib.sha256(content).hexdigest()
    _Import(tenant, actor, source, report, told).store(entries, digest)
    return report


@dataclass(frozen=True)
class _Import:
    """One file on its way in."""

    tenant: UUID
    actor: UUID | None
    source: str
    report: Report
    told: Callable[[], None] | None

    def store(self, entries: list[Entry], digest: str) -> None:
        with tenant_scope(self.tenant):
            prepared, failed = prepare(entries, self.source)
        self.report.failed += failed
        for chunk in _chunks(prepared):
            _Chunk(self.tenant, self.actor, self.source, digest, self.report).store(chunk)
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
        import_content(
            tenant=one.tenant,
            content=content,
            source=one.source,
            actor=one.actor,
            report=one.report,
            told=one.told,
        )


def _content(file: Path) -> bytes:
    if file.stat().st_size > MAX_FILE:
        raise RecordsError(f"The file is larger than {MAX_FILE // 1024 // 1024} MiB. Split it.")
    return file.read_bytes()


def _chunks(prepared: Sequence[Prepared]) -> Iterable[list[Prepared]]:
    """The resources of one patient at a time, the Patient first; the directory before all patients."""
    by_patient: dict[str, list[Prepared]] = {}
    for one in prepared:
        by_patient.setdefault(one.patient, []).append(one)
    for _, those in sorted(by_patient.items(), key=lambda item: item[0] != ""):
        ordered = iter(sorted(those, key=lambda one: one.type != "Patient"))
        while chunk := list(islice(ordered, CHUNK)):
            yield chunk


@dataclass
class _Chunk:
    tenant: UUID
    actor: UUID | None
    source: str
    digest: str
    report: Report

    def store(self, chunk: list[Prepared]) -> None:
        """One transaction; if the database refuses a value, one for each half, down to the resource that holds it."""
        try:
            self._store(chunk)
        except (psycopg.DataError, DataError):
            if len(chunk) == 1:
                self.report.failed.append(self._failure(chunk[0], "holds a value that the database refuses"))
                return
            half = len(chunk) // 2
            self.store(chunk[:half])
            self.store(chunk[half:])

    def _store(self, chunk: list[Prepared]) -> None:
        """One transaction. What fails in it is reported; what is stored is counted once it is committed."""
        failed: list[Failure] = []
        new: list[writing.NewVersion] = []
        with tenant_scope(self.tenant):
            # Versions are numbered by whoever writes; one import of a tenant writes at a time.
            lock("records.write", self.tenant, exclusive=True)
            person: UUID | None = None
            try:
                person = self._person(chunk[0]) if chunk[0].patient else None
                new = self._new_versions(chunk, person, failed)
            except AccountsError as error:
                failed = [self._failure(one, str(error)) for one in chunk]
            if new:
                writing.add(person, self._enter(person, new), new)
        self.report.failed += failed
        updated = sum(version.header.version > 1 for version in new)
        self.report.updated += updated
        self.report.created += len(new) - updated
        self.report.unchanged += len(chunk) - len(new) - len(failed)

    def _person(self, first: Prepared) -> UUID:
        """The person a chunk is about; a Patient that is new is registered."""
        if first.type != "Patient":
            return selectors.registration(patient=first.patient).person_id
        patient = first.resource
        return accounts.register_person(
            tenant=self.tenant,
            patient=first.id,
            mrn=record_number_of(patient),
            identity=identity_of(patient),
        ).person_id

    def _new_versions(
        self, chunk: list[Prepared], person: UUID | None, failed: list[Failure]
    ) -> list[writing.NewVersion]:
        known = writing.known({(one.type, one.id) for one in chunk})
        new = []
        for one in chunk:
            before = known.get((one.type, one.id))
            if before and before.person != person:
                failed.append(self._failure(one, "has the id of another patient's record"))
                continue
            fingerprint = index.fingerprint(one.content, tenant=self.tenant, person=person)
            if before and fingerprint in before.fingerprints:
                continue
            version = (
                new_version(one, person, row=before.id, version=before.version + 1)
                if before
                else new_version(one, person)
            )
            new.append(version)
            seen = frozenset({fingerprint}) | (before.fingerprints if before else frozenset())
            known[one.type, one.id] = writing.Known(version.resource, version.header.version, person, seen)
        return new

    def _enter(self, person: UUID | None, new: Sequence[writing.NewVersion]) -> UUID:
        """The ledger entry of a chunk: which versions it stored, by content hash."""
        audit = {
            "interaction": "import",
            "source": self.digest,
            "resources": [sealed.named(version.header, version.content_hash) for version in new],
        }
        signed = ledger.append(type="record.imported", actor=self.actor, subject=person, audit=audit)
        return signed.promise.id

    def _failure(self, one: Prepared, reason: str) -> Failure:
        return Failure(self.source, one.entry.index, one.entry.name, reason)
