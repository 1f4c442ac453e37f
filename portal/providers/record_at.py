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
    """Who the patient is, as far as the viewer may know; of a stranger, only where the record is. `details`: whether
    birth date and sex may be known, too; `named`: whether the name is."""

    name: str
    place: str
    details: bool = False
    mrn: str = ""
    born: date | None = None
    sex: str = ""
    named: bool = True

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
    """The patient as named in an access or in one's last search. Beside a part of the record, without either, by the
    record number alone; elsewhere by the name that stands in one's own lists."""
    known = patient if patient and patient.name else None
    known = known or found.last(desk.request, record.custodian.slug).get(record.person)
    if known is not None:
        sex = str(SEXES.get(known.gender, ""))
        return Banner(known.name, record.custodian.name, True, known.mrn, known.birth_date, sex)
    if patient is None:
        listed = records.name_patients(caller=desk.caller, tenant=record.custodian.id, people=[record.person])
        patient = listed.get(record.person)
    name, mrn = (patient.name, patient.mrn) if patient else ("", "")
    numbered = _("Patient %(mrn)s") % {"mrn": mrn} if mrn else _("A patient")
    return Banner(name or str(numbered), record.custodian.name, mrn=mrn, named=bool(name))
