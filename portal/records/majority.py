"""When a patient comes of age, by the birth date in her record. Nobody decides about sharing for her from then on."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from consent.terms import Terms
from consent.vocabulary import DELEGATED
from portal.accounts.identity import Caller
from portal.records.patients import name_patients

OF_AGE = 18
"""Years. 45 CFR 164.502(g)(3) leaves it to the states; it is 18 in nearly all of them."""


def majority(*, caller: Caller, person: UUID, terms: Terms) -> datetime | None:
    """When this person comes of age, where terms let somebody decide for her; None: she has, or they do not.

    A birth date that the record does not say whole counts as none.
    """
    if DELEGATED not in terms.actions:
        return None
    found = name_patients(caller=caller, tenant=terms.custodian, people=[person])
    born = found[person].birth_date if person in found else None
    return comes_of_age(born) if born else None


def comes_of_age(born: date) -> datetime | None:
    """The instant (UTC), or None if it is past. Who was born on 29 February comes of age on 1 March."""
    leap = (born.month, born.day) == (2, 29)
    day = date(born.year + OF_AGE, 3, 1) if leap else born.replace(year=born.year + OF_AGE)
    instant = datetime.combine(day, time(), UTC)
    return instant if instant > datetime.now(UTC) else None
