"""Whose record, and where it is kept: what an address of a chart names.

A person's id in an address is opaque: it says nothing, and opens nothing to whoever has no access.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts import selectors as accounts
from portal.providers import found
from portal.records import services as records
from portal.staff.desk import Desk, Place

SEXES = {"female": _("Female"), "male": _("Male"), "other": _("Other")}


@dataclass(frozen=True)
class RecordAt:
    """A person's record at a custodian, as a member of `place` comes to it."""

    place: Place
    custodian: Place
    person: UUID

    def url(self, page: str = "chart", *more: str) -> str:
        """The address of a page about this record."""
        arguments = [self.place.slug, self.custodian.slug, self.person, *more]
        return reverse(f"providers:{page}", args=arguments)


@dataclass(frozen=True)
class Banner:
    """Who the patient is; of somebody whom one has nothing to do with, only where the record is."""

    name: str
    place: str
    mrn: str = ""
    born: date | None = None
    sex: str = ""

    @property
    def age(self) -> int | None:
        """Whole years today."""
        if self.born is None:
            return None
        today = timezone.localdate()
        return today.year - self.born.year - ((today.month, today.day) < (self.born.month, self.born.day))


def record_at(desk: Desk, custodian: str, person: UUID) -> RecordAt:
    """What the address names. Raises UnknownTenant; whether the person is a patient there, their records say."""
    if custodian == desk.place.slug:
        return RecordAt(desk.place, desk.place, person)
    keeper = accounts.organisation(custodian)
    return RecordAt(desk.place, Place(keeper.id, keeper.slug, keeper.name), person)


def banner(desk: Desk, record: RecordAt, patient: records.Patient | None = None) -> Banner:
    """The patient as they are named in an access, in one's last search, or in one's own lists."""
    if patient is None:
        patient = found.last(desk.request, record.custodian.slug).get(record.person)
    if patient is None:
        named = records.name_patients(caller=desk.caller, tenant=record.custodian.id, people=[record.person])
        patient = named.get(record.person)
    if patient is None:
        return Banner(name=str(_("A patient")), place=record.custodian.name)
    return Banner(
        name=patient.name,
        place=record.custodian.name,
        mrn=patient.mrn,
        born=patient.birth_date,
        sex=str(SEXES.get(patient.gender, "")),
    )
