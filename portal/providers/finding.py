"""Looking for a patient at one of the organisations, and the list of whom the last search found."""

from typing import Any

from django.utils.translation import gettext as _

from portal.accounts import selectors as accounts
from portal.design.times import words as moment
from portal.providers import found
from portal.providers.forms import Find
from portal.providers.record_at import SEXES, RecordAt
from portal.records.services import find_patient, shared_until
from portal.staff.desk import Desk, Place


def form(desk: Desk) -> Find:
    """The question, about the clinician's own organisation unless they choose another."""
    custodians = [(keeper.slug, keeper.name) for keeper in accounts.organisations()]
    asked = desk.request.POST if desk.request.method == "POST" else None
    return Find(asked, custodians=custodians, initial={"custodian": desk.place.slug})


def find(desk: Desk, form: Find) -> None:
    """Look, and remember whom was found. Raises IncompleteQuestion, TooManyFound."""
    given = form.cleaned_data
    keeper = accounts.organisation(given["custodian"])
    patients = find_patient(
        caller=desk.caller,
        tenant=keeper.id,
        mrn=given["mrn"],
        family=given["family"],
        given=given["given"],
        birth_date=given["birth_date"].isoformat() if given["birth_date"] else "",
    )
    found.keep(desk.request, keeper.slug, patients)


def shown(desk: Desk) -> dict[str, Any]:
    """The list of the last search, with what each patient shares already."""
    slug = found.custodian(desk.request)
    if not slug:
        return {"matches": [], "asked": ""}
    keeper = accounts.organisation(slug)
    until = shared_until(caller=desk.caller, tenant=keeper.id)
    at = Place(keeper.id, keeper.slug, keeper.name)
    matches = [
        {
            "name": patient.name,
            "born": patient.birth_date,
            "sex": SEXES.get(patient.gender, ""),
            "mrn": patient.mrn,
            "place": keeper.name,
            "basis": _basis(until.get(patient.person)),
            "url": RecordAt(desk.place, at, patient.person).url(),
        }
        for patient in found.last(desk.request, slug).values()
    ]
    return {"matches": matches, "asked": _("At %(place)s.") % {"place": keeper.name}}


def _basis(ends: Any) -> str:
    return _("Shared with you until %(day)s") % {"day": moment(ends, "day")} if ends else ""
