"""Who a patient is: what a page shows at its head so that nobody reads the wrong record."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from consent import selectors as consent
from ledger.promise import SignedPromise
from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts.identity import Caller
from portal.accounts.models import Registration
from portal.records import storage
from portal.records.opening import open_rows
from portal.records.sealed import Stored


@dataclass(frozen=True)
class Patient:
    """A person as a patient of one organisation. `promise` where naming her was an access of its own; `name` is empty
    where only her record number may be shown."""

    person: UUID
    patient: str  # id of the FHIR Patient
    mrn: str
    name: str
    birth_date: date | None
    gender: str
    promise: SignedPromise | None = None


def name_patients(*, caller: Caller, tenant: UUID, people: Collection[UUID]) -> dict[UUID, Patient]:
    """Those of `people` that the caller has to do with (`related_to`). For lists of names; nobody else is named."""
    with tenant_scope(tenant):
        found = registered_all(related_to(caller, set(people)))
    return name_all(tenant, found)


def registered_all(people: Collection[UUID]) -> dict[UUID, tuple[Registration, Stored]]:
    """The registrations and the FHIR Patients of these people, in the tenant's scope, in two queries."""
    if not people:
        return {}
    registrations = selectors.registrations_of(people)
    rows = storage.read_all("Patient", [each.patient for each in registrations.values()])
    return {
        person: (registration, rows[registration.patient])
        for person, registration in registrations.items()
        if registration.patient in rows
    }


def name_all(
    tenant: UUID,
    found: Mapping[UUID, tuple[Registration, Stored]],
    promises: Mapping[UUID, SignedPromise] | None = None,
) -> dict[UUID, Patient]:
    """Name these people. One whose Patient does not open is left out: its read says why."""
    opened = open_rows(tenant, [row for _, row in found.values()])
    by_id = {record.id: record.resource for record in opened.records}
    return {
        person: named(registration, by_id[registration.patient], (promises or {}).get(person))
        for person, (registration, _) in found.items()
        if registration.patient in by_id
    }


def named(
    registration: Registration, patient: Mapping[str, Any], promise: SignedPromise | None = None
) -> Patient:
    """The head of a page from a FHIR Patient."""
    return Patient(
        person=registration.person_id,
        patient=registration.patient,
        mrn=registration.mrn,
        name=display_name(patient),
        birth_date=_date(patient.get("birthDate", "")),
        gender=patient.get("gender", ""),
        promise=promise,
    )


def unnamed(registration: Registration) -> Patient:
    """The head of a page from the registration alone: nothing of the FHIR Patient was opened."""
    return Patient(registration.person_id, registration.patient, registration.mrn, "", None, "")


def display_name(patient: Mapping[str, Any]) -> str:
    """The official name, else the first one, as people write it; without a prefix."""
    names = patient.get("name", [])
    official = [name for name in names if name.get("use") == "official"]
    for name in [*official, *names]:
        written = " ".join(filter(None, [*name.get("given", ()), name.get("family", "")])) or name.get(
            "text", ""
        )
        if written:
            return str(written)
    return "Name not recorded"


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def related_to(caller: Caller, people: set[UUID]) -> set[UUID]:
    """Those of these people that the caller has to do with, in the tenant's scope; asks no further than it must.

    Oneself, whose contract with the caller is in force, whose answer to the caller's request is open, and whose
    emergency the caller attends to now. What was declined or is over relates to nobody.
    """
    related = {person for person in people if person == caller.person}
    for relation in _relations(caller):
        if related >= people:
            break
        related |= people & {item.person for item in relation()}
    return related


def all_related(caller: Caller) -> set[UUID]:
    """Everybody that the caller has to do with, in the tenant's scope."""
    related = {item.person for relation in _relations(caller) for item in relation()}
    return related | {caller.person} if caller.person else related


def _relations(caller: Caller) -> tuple[Callable[[], Iterable[Any]], ...]:
    return (
        lambda: consent.contracts_for_grantee(caller.user, caller.organisation),
        lambda: consent.requests_by(caller.user, only_open=True),
        lambda: consent.open_emergencies(actor=caller.user),
    )
