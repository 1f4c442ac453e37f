"""Storing a chunk of what is imported: one transaction, with the ledger entry that lists its versions.

An import that is killed loses and doubles nothing, and the same files again complete it. A bundle is a snapshot that
may come late or twice: content that was stored as any version of a record before is not stored again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

import psycopg
from django.db import DataError

from ledger import services as ledger
from ledger.scope import lock, tenant_scope
from portal.accounts import selectors
from portal.accounts import services as accounts
from portal.accounts.errors import AccountsError
from portal.records import index, sealed, writing
from portal.records.importing.report import Report
from portal.records.preparing import Failure, Prepared
from portal.records.registering import identity_of, record_number_of
from portal.records.sealing import new_version

CHUNK = 100


def chunks(prepared: Sequence[Prepared]) -> Iterable[list[Prepared]]:
    """The resources of one patient at a time, the Patient first; the directory before all patients."""
    by_patient: dict[str, list[Prepared]] = {}
    for one in prepared:
        by_patient.setdefault(one.patient, []).append(one)
    for _, those in sorted(by_patient.items(), key=lambda item: item[0] != ""):
        ordered = iter(sorted(those, key=lambda one: one.type != "Patient"))
        while chunk := list(islice(ordered, CHUNK)):
            yield chunk


@dataclass
class Chunk:
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
            return selectors.person_registered(patient=first.patient)
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
