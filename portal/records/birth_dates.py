"""Whether somebody knows when a patient was born, without telling them."""

from datetime import date
from hmac import compare_digest
from uuid import UUID

from ledger.scope import current_tenant
from portal.accounts import selectors as accounts
from portal.records import storage
from portal.records.opening import open_rows


def born_on(person: UUID, day: date) -> bool:
    """Whether the record of the open tenant says so, compared in constant time. A record without the day says no.

    Nothing is shown, so that this is no access; the caller enters what came of it. Raises UnknownPerson.
    """
    found = storage.read("Patient", accounts.registration(person=person).patient)
    if found is None or found[1]:
        return False
    opened = open_rows(current_tenant(), [found[0]]).records
    written = str(opened[0].resource.get("birthDate", "")) if opened else ""
    return compare_digest(written.encode(), day.isoformat().encode())
