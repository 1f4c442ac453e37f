"""One's own record: the whole, one part, one test. Reading it is an access like any other, and stands in the ledger."""

from collections.abc import Sequence

from django.http import HttpResponseBase

from portal.design.shapes import Link
from portal.patients import looks, pages
from portal.patients.door import Visitor, patient
from portal.patients.presenting import Addresses
from portal.patients.visits import parts_of, visits_of
from portal.records.services import Chart, own_record

SEEN_BY = 5


@patient()
def overview(who: Visitor) -> HttpResponseBase:
    """Everything, by date, and the newest of each measurement."""
    places = [each.tenant.name for each in who.registrations]
    return who.page("patients/record.html", pages.overview_page(_charts(who), _addresses(who), places))


@patient()
def category(who: Visitor, category: str) -> HttpResponseBase:
    """One part of the record."""
    charts = _charts(who, pages.known_category(category))
    context = pages.category_page(charts, _addresses(who), category)
    return who.page("patients/category.html", {**context, "links": _seen_by(who, category)})


@patient()
def test(who: Visitor, category: str, test: str) -> HttpResponseBase:
    """One test over time."""
    charts = _charts(who, pages.known_category(category))
    context = pages.test_page(charts, _addresses(who), category, test)
    return who.page("patients/category.html", {**context, "links": _seen_by(who, category)})


def _charts(who: Visitor, category: str | None = None) -> list[tuple[str, Chart]]:
    return [
        (each.tenant.name, own_record(caller=who.caller, tenant=each.tenant_id, category=category))
        for each in who.registrations
    ]


def _addresses(who: Visitor) -> Addresses:
    return Addresses(who.person, own=True)


def _seen_by(who: Visitor, category: str) -> Sequence[Link]:
    """The newest visits to this part, one's own too."""
    found = looks.newest(who.caller, who.registrations).looks
    about = [look for look in found if category in parts_of(look.access)]
    return visits_of(about, reader=who.caller.user)[:SEEN_BY]
