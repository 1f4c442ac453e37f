"""The ledger read as FHIR AuditEvents: by the person whom the entries are about, and by the auditors of the tenant."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger import selectors as ledger
from ledger.errors import UnknownEntry
from ledger.scope import tenant_scope
from ledger.selectors import Entry
from portal.accounts import selectors as accounts
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.records.audit_events import TYPES, Json, audit_event
from portal.records.audited import audited
from portal.records.errors import NotYourRecord
from portal.records.history import may_know

BATCH = 100
_NOT_YOURS = "AuditEvents are for the person whom they are about, for her guardian, and for auditors here."


@dataclass(frozen=True)
class AuditEvents:
    """One page, newest first, as FHIR JSON by id; `cursor` leads to the next."""

    found: list[tuple[str, bytes]]
    cursor: str | None = None


def audit_events(
    *,
    caller: Caller,
    tenant: UUID,
    patient: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str = "",
    count: int = 50,
    keeps: Callable[[Json], bool] = lambda event: True,
) -> AuditEvents:
    """What happened to a patient's record here, or for auditors to any. `since` included, `until` excluded.

    `patient`: the id of the FHIR Patient; without it one's own, else what an auditor may read of all. `keeps` narrows
    further. Raises NotYourRecord, ScopeMissing, UnknownPerson.
    """
    before = int(cursor) if cursor.isdecimal() else None
    with tenant_scope(tenant):
        observer = accounts.organisation_names([tenant])[tenant]
        reading = _reading(caller, tenant, patient)
        found: list[tuple[str, bytes]] = []
        for entry, place in reading.entries(before, since, until):
            event = audit_event(entry, patient=reading.patient, observer=observer)
            if not keeps(event):
                continue
            if len(found) >= count and before is not None:  # what waits for its place stands on one page
                return AuditEvents(found, str(before))
            found.append((str(entry.id), json.dumps(event).encode()))
            before = place if place is not None else before
    return AuditEvents(found)


def audit_event_of(*, caller: Caller, tenant: UUID, entry: UUID) -> bytes:
    """One AuditEvent. Raises UnknownEntry also where it is none of the caller's."""
    with tenant_scope(tenant):
        found = ledger.entry(entry)
        observer = accounts.organisation_names([tenant])[tenant]
        if found.type in TYPES and found.readable:
            person = caller.person
            if person and found.subject and ledger.known_pseudonym(person) == found.subject:
                caller.requires("accesses.read")
                patient = accounts.registration(person=person).patient
                return json.dumps(audit_event(found, patient=patient, observer=observer)).encode()
            if _audits(caller, tenant):
                caller.requires("audit")
                return json.dumps(audit_event(audited(found), patient="", observer=observer)).encode()
    raise UnknownEntry("There is no AuditEvent with that id here that you may see.")


@dataclass(frozen=True)
class _Reading:
    """Whose entries are read: one person's, or as an auditor (None)."""

    person: UUID | None
    patient: str

    def entries(
        self, before: int | None, since: datetime | None, until: datetime | None
    ) -> Iterator[tuple[Entry, int | None]]:
        """Newest first, each with the place behind which the next page begins."""
        while True:
            page = self._page(before, since, until)
            for entry in page:
                place = entry.subject_index if self.person else entry.index
                if since and entry.time < since:
                    return
                if entry.readable and not (until and entry.time >= until):
                    yield (entry if self.person else audited(entry)), place
                before = place if place is not None else before
            if len(page) < BATCH or before is None:
                return

    def _page(self, before: int | None, since: datetime | None, until: datetime | None) -> list[Entry]:
        if self.person:
            return ledger.subject_entries(subject=self.person, types=TYPES, before=before, limit=BATCH)
        return ledger.search_entries(types=TYPES, since=since, until=until, before_index=before, limit=BATCH)


def _reading(caller: Caller, tenant: UUID, patient: str) -> _Reading:
    if not patient and _audits(caller, tenant):
        caller.requires("audit")
        return _Reading(None, "")
    caller.requires("accesses.read")
    person = _person(caller, patient)
    if person is None or not may_know(caller, person):
        raise NotYourRecord(_NOT_YOURS)
    return _Reading(person, accounts.registration(person=person).patient)


def _person(caller: Caller, patient: str) -> UUID | None:
    if not patient:
        return caller.person
    try:
        return accounts.person_registered(patient=patient)
    except UnknownPerson:  # the same answer as for somebody who is there
        return None


def _audits(caller: Caller, tenant: UUID) -> bool:
    return any(one.tenant_id == tenant and one.role == "auditor" for one in accounts.memberships(caller.user))
