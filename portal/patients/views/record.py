"""One's own record: the whole, one part, one test. Reading it is an access like any other, and stands in the ledger."""

from collections import Counter
from collections.abc import Sequence
from tempfile import TemporaryFile
from urllib.parse import urlencode

from django.http import FileResponse, HttpResponseBase
from django.urls import reverse

from portal.accounts.models import Registration
from portal.cases import selectors as cases
from portal.copying.archive import FORM, NAME, write_copy
from portal.patients import pages
from portal.patients.asking import by_record
from portal.patients.door import Visitor, patient
from portal.patients.presenting import Addresses, Corrections
from portal.records.services import Chart, charts


@patient()
def overview(who: Visitor) -> HttpResponseBase:
    """Everything, by date, and the newest of each measurement."""
    places = [each.tenant.name for each in who.registrations]
    found = charts(
        caller=who.caller, registrations=who.registrations, extent=pages.glance(len(who.registrations))
    )
    counts = sum((Counter(chart.counts) for chart in found.opened), Counter[str]())
    opened = named(who.registrations, found.opened)
    page = pages.overview_page(opened, _addresses(who), places, rows=_rows(who), counts=counts)
    return who.page("patients/record.html", page)


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
    skip, where = pages.skipped(who.request), who.registrations
    found = charts(caller=who.caller, registrations=where, category=pages.known_category(category), skip=skip)
    context = pages.category_page(named(where, found.opened), _addresses(who, skip), category, _rows(who))
    kept = [each.tenant.name for each in where if each.tenant_id in found.refused]
    return who.page("patients/category.html", {**context, "kept": kept, "seen_url": _seen_url(category)})


@patient()
def test(who: Visitor, category: str, test: str) -> HttpResponseBase:
    """One test over time."""
    skip = pages.skipped(who.request)
    opened = charts_of(who, pages.known_category(category), skip)
    context = pages.test_page(opened, _addresses(who, skip), category, test, _rows(who))
    return who.page("patients/category.html", {**context, "seen_url": _seen_url(category)})


def charts_of(who: Visitor, category: str, skip: int = 0) -> list[tuple[str, Chart]]:
    """One part of one's own record at each organisation, by the name of it."""
    where = who.registrations
    found = charts(caller=who.caller, registrations=where, category=category, skip=skip)
    return named(where, found.opened)


def named(registrations: Sequence[Registration], opened: Sequence[Chart]) -> list[tuple[str, Chart]]:
    """What was opened, by the names of the organisations that keep it."""
    names = {each.tenant_id: each.tenant.name for each in registrations}
    return [(names[chart.tenant], chart) for chart in opened]


def _addresses(who: Visitor, skip: int = 0) -> Addresses:
    return Addresses(who.person, own=True, skip=skip)


def _rows(who: Visitor) -> Corrections:
    """What one asked to have corrected."""
    return by_record(cases.cases_of_person(who.person))


def _seen_url(category: str) -> str:
    """Who has seen this part: the list of who looked, filtered."""
    return f"{reverse('patients:history')}?{urlencode({'part': category})}"
