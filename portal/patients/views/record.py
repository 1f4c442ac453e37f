"""One's own record: the whole, one part, one test. Reading it is an access like any other, and stands in the ledger."""

from tempfile import TemporaryFile
from urllib.parse import urlencode

from django.http import FileResponse, HttpResponseBase
from django.urls import reverse

from portal.cases import selectors as cases
from portal.copying.archive import FORM, NAME, write_copy
from portal.patients import pages
from portal.patients.asking import by_record
from portal.patients.door import Visitor, patient
from portal.patients.presenting import Addresses, Corrections
from portal.records.services import Chart, own_outlines, own_record


@patient()
def overview(who: Visitor) -> HttpResponseBase:
    """Everything, by date, and the newest of each measurement."""
    places = [each.tenant.name for each in who.registrations]
    return who.page(
        "patients/record.html", pages.overview_page(charts_of(who), _addresses(who), places, _rows(who))
    )


@patient(methods=("POST",))
def copy(who: Visitor) -> HttpResponseBase:
    """Everything, to take away: as FHIR, as a PDF, with its proofs."""
    out = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_copy(out, caller=who.caller, registrations=who.registrations)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=NAME, content_type=FORM)


@patient()
def category(who: Visitor, category: str) -> HttpResponseBase:
    """One part of the record."""
    charts = charts_of(who, pages.known_category(category))
    context = pages.category_page(charts, _addresses(who), category, _rows(who))
    return who.page("patients/category.html", {**context, "seen_url": _seen_url(category)})


@patient()
def test(who: Visitor, category: str, test: str) -> HttpResponseBase:
    """One test over time."""
    charts = charts_of(who, pages.known_category(category))
    context = pages.test_page(charts, _addresses(who), category, test, _rows(who))
    return who.page("patients/category.html", {**context, "seen_url": _seen_url(category)})


def charts_of(who: Visitor, category: str | None = None) -> list[tuple[str, Chart]]:
    found = []
    for outline in own_outlines(who.registrations):
        tenant = outline.registration.tenant
        opened = own_record(caller=who.caller, tenant=tenant.id, category=category, outline=outline)
        found.append((tenant.name, opened))
    return found


def _addresses(who: Visitor) -> Addresses:
    return Addresses(who.person, own=True)


def _rows(who: Visitor) -> Corrections:
    """What one asked to have corrected."""
    return by_record(cases.cases_of_person(who.person))


def _seen_url(category: str) -> str:
    """Who has seen this part: the list of who looked, filtered."""
    return f"{reverse('patients:history')}?{urlencode({'part': category})}"
