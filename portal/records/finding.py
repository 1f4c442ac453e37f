"""Finding a patient who is sitting there: by name and birth date, or by record number within one's own organisation."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from consent.facts import Decision
from ledger import services as ledger
from ledger.promise import SignedPromise
from portal.accounts import selectors
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.accounts.models import Registration
from portal.accounts.scopes import grants
from portal.records import index, storage
from portal.records.access import basis, deciding, who
from portal.records.errors import IncompleteQuestion, RoleNeeded, TooManyFound
from portal.records.patients import Patient, name_all
from portal.records.scoping import SCOPES
from portal.records.sealed import Stored, named

MOST = 5
Found = dict[UUID, tuple[Registration, Stored]]


def find_patient(
    *,
    caller: Caller,
    tenant: UUID,
    family: str = "",
    given: str = "",
    birth_date: str = "",
    mrn: str = "",
) -> list[Patient]:
    """The patients of `tenant` that fit exactly; each is told by a ledger entry that somebody looked for her.

    Give family name, given name and birth date (YYYY-MM-DD), or a record number within one's own organisation.
    Raises RoleNeeded unless a clinician asks, IncompleteQuestion, TooManyFound, ScopeMissing.
    """
    caller.requires(SCOPES["read"])
    if caller.role != "clinician":
        raise RoleNeeded("Patients are looked for by clinicians. Sign in for your organisation as one.")
    with deciding(tenant):
        by_name = (tenant, family, given, birth_date)
        found = _by_number(caller, tenant, mrn.strip()) if mrn else _by_name(*by_name)
        promises = {person: _enter(caller, row, by_number=bool(mrn)) for person, (_, row) in found.items()}
    return list(name_all(tenant, found, promises).values())


def finds_by_number(caller: Caller, tenant: UUID) -> bool:
    """Whether the caller may look for patients of `tenant` by record number: a clinician there, with the scope."""
    scoped = caller.scopes is None or grants(caller.scopes, SCOPES["read"])
    return caller.role == "clinician" and caller.organisation == tenant and scoped and caller.refused is None


def _by_number(caller: Caller, tenant: UUID, mrn: str) -> Found:
    if not finds_by_number(caller, tenant):
        raise IncompleteQuestion(
            "A record number finds patients of your own organisation only. At another one, give family name, "
            "given name and birth date."
        )
    try:
        registration = selectors.registration(mrn=mrn)
    except UnknownPerson:
        return {}
    return _rows([registration])


def _by_name(tenant: UUID, family: str, given: str, birth_date: str) -> Found:
    words = [("given", word) for word in index.folded(given).split()]
    if not index.folded(family) or not words or not _is_date(birth_date):
        raise IncompleteQuestion("Give the family name, a given name and the birth date as YYYY-MM-DD.")
    key = index.key_for("Patient", tenant=tenant, person=None)
    wanted = [("family", index.folded(family)), *words, ("birthdate", birth_date.strip())]
    digests = {index.digest(key, "Patient", name, value) for name, value in wanted}
    places = storage.found_by_all(digests, MOST + 1)
    if len(places) > MOST:
        raise TooManyFound("Too many patients fit. Give all given names, or look by record number.")
    return _rows([selectors.registration(patient=key) for _, key in places])


def _rows(registrations: Sequence[Registration]) -> Found:
    found: Found = {}
    for registration in registrations:
        if row := storage.read("Patient", registration.patient):
            found[registration.person_id] = (registration, row[0])
    return found


def _enter(caller: Caller, row: Stored, *, by_number: bool) -> SignedPromise:
    """Being looked for is an access to one's details. No contract decides it, so there is nothing to replay."""
    how = "record number" if by_number else "name and birth date"
    sentence = f"Looked for by {how}. Only name, birth date, gender and record number were shown."
    decision = Decision(permitted=True, layer="base", code="found", sentence=sentence)
    audit = {
        **who(caller),
        "role": caller.role,
        "interaction": "find",
        "action": "find",
        "purpose": "TREAT",
        "categories": ["demographics"],
        "resources": [named(row.header, row.content_hash)],
        "decision": "permitted",
        **basis(decision),
        "decided": [],
    }
    return ledger.append(type="access.permitted", actor=caller.user, subject=row.header.person, audit=audit)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True
