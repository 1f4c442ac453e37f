"""What the pages of a record hold, whoever reads it: the patient, or who looks after them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from portal.charting.measurements import Series, series
from portal.design.shapes import Item, Measured
from portal.design.vocabulary import CATEGORIES
from portal.patients import presenting, words
from portal.patients.presenting import Addresses, Corrections, Held
from portal.records.services import ALONE, Chart, Extent

Charts = Sequence[tuple[str, Chart]]
MEASURED = ("lab-results", "vital-signs")
NEWEST = 20
FEW_MEASUREMENTS = 6
MOST = 999_999
NOTHING_ASKED: Corrections = {}
# Of each kind, at all organisations together: enough to see how a measurement runs.
RUN = 60


def glance(places: int) -> Extent:
    """What the overview opens of a record that so many organisations keep: what it shows, and how measurements run."""
    return Extent(dict.fromkeys(MEASURED, RUN // max(places, 1)), latest=NEWEST)


def known_category(category: str) -> str:
    """The category of an address, spelled as we spell it. Http404 for any other."""
    if category not in CATEGORIES:
        raise Http404
    return category


def skipped(request: HttpRequest) -> int:
    """How many of the newest entries the page that is asked for leaves out. Http404 for what is no such number."""
    said = request.GET.get(presenting.OLDER, "0")
    if not said.isascii() or not said.isdecimal() or len(said) > len(str(MOST)):
        raise Http404
    return int(said)


def overview_page(
    charts: Charts,
    addresses: Addresses,
    places: Sequence[str],
    *,
    rows: Corrections = NOTHING_ASKED,
    counts: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """The whole record: context of patients/record.html. `rows`: what the reader asked to have corrected; `counts`:
    how much there is of each part, where that is known and more than was opened."""
    entries, more = presenting.held(charts), set[str]()
    if counts is None:
        counts = Counter(entry.category for entry in entries)
        more = {section.category for _, chart in charts for section in chart.sections if section.more}
    latest = [row for category in MEASURED for row in _rows(_series(entries, category), category, addresses)]
    latest.sort(key=lambda row: row.day, reverse=True)
    return {
        "here": "record",
        "all_url": addresses.whole,
        "parts": presenting.parts_of(counts, addresses, more),
        "measured": latest[:FEW_MEASUREMENTS],
        "years": presenting.years_of(_without_ways(presenting.told(entries[:NEWEST], addresses, rows))),
        "rest": max(0, sum(counts.values()) - NEWEST),
        "more": bool(more),
        "places": places,
    }


def category_page(
    charts: Charts,
    addresses: Addresses,
    category: str,
    rows: Corrections = NOTHING_ASKED,
) -> dict[str, Any]:
    """One part of it: context of patients/category.html."""
    entries = presenting.held(charts)
    tests = _series(entries, category) if category in MEASURED else []
    plain = {id(resource) for resource in series(entry.resource for entry in entries)[1]}
    cards = [entry for entry in entries if not tests or id(entry.resource) in plain]
    return {
        "here": "record",
        "all_url": addresses.whole,
        "parts": presenting.all_parts(addresses, here=category),
        "title": words.part(category),
        "measured": _rows(tests, category, addresses),
        "items": presenting.told(cards, addresses, rows),
        **_other_entries(charts, addresses, category),
    }


def test_page(
    charts: Charts,
    addresses: Addresses,
    category: str,
    test: str,
    rows: Corrections = NOTHING_ASKED,
) -> dict[str, Any]:
    """One test over time: context of patients/category.html. Http404 if it is not in the record."""
    entries = presenting.held(charts)
    tests = _series(entries, category)
    one = next((each for each in tests if addresses.name(each) == test), None)
    if one is None:
        raise Http404
    latest = one.latest
    span = (
        _("Reference range: %(span)s") % {"span": presenting.span(latest)} if presenting.span(latest) else ""
    )
    says = ". ".join(filter(None, [latest.flag, span]))
    values = presenting.values_of(one, entries, addresses, rows)
    return {
        "here": "record",
        "all_url": addresses.whole,
        "parts": presenting.all_parts(addresses, here=category),
        "title": one.name,
        "back_url": addresses.part(category),
        "back": words.part(category),
        "latest": {"value": latest.shown, "unit": latest.unit, "day": latest.day, "says": says},
        "chart": one.chart() if len(one.readings) > 1 else None,
        "values": values,
        "ranges": any(value.detail or value.flag for value in values),
        **_other_entries(charts, addresses, category),
    }


def _other_entries(charts: Charts, addresses: Addresses, category: str) -> dict[str, Any]:
    """Where the part goes on: to older entries, and back to the newest; "" where there are none."""
    more = any(section.more for _, chart in charts for section in chart.sections)
    return {
        "older_url": replace(addresses, skip=addresses.skip + ALONE).part(category) if more else "",
        "newest_url": replace(addresses, skip=0).part(category) if addresses.skip else "",
    }


def _without_ways(cards: Sequence[Item]) -> list[Item]:
    """The overview says how a correction stands; what can be done is where the whole entry is shown."""
    return [replace(card, seen_url="", error_url="") for card in cards]


def _series(entries: Sequence[Held], category: str) -> list[Series]:
    return series(entry.resource for entry in entries if entry.category == category)[0]


def _rows(tests: Sequence[Series], category: str, addresses: Addresses) -> list[Measured]:
    return [each.measured(url=addresses.test(category, each)) for each in tests]
