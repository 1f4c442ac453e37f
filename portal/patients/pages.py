"""What the pages of a record hold, whoever reads it: the patient, or who looks after them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from portal.charting.measurements import Series, series
from portal.design.shapes import Item, Measured
from portal.design.vocabulary import CATEGORIES
from portal.patients import presenting, words
from portal.patients.presenting import Addresses, Corrections, Held
from portal.records.services import Chart

Charts = Sequence[tuple[str, Chart]]
MEASURED = ("lab-results", "vital-signs")
NEWEST = 20
FEW_MEASUREMENTS = 6
NOTHING_ASKED: Corrections = {}


def known_category(category: str) -> str:
    """The category of an address, spelled as we spell it. Http404 for any other."""
    if category not in CATEGORIES:
        raise Http404
    return category


def overview_page(
    charts: Charts, addresses: Addresses, places: Sequence[str], rows: Corrections = NOTHING_ASKED
) -> dict[str, Any]:
    """The whole record: context of patients/record.html. `rows`: what the reader asked to have corrected."""
    entries = presenting.held(charts)
    counts = {category: sum(entry.category == category for entry in entries) for category in CATEGORIES}
    latest = [row for category in MEASURED for row in _rows(_series(entries, category), category, addresses)]
    latest.sort(key=lambda row: row.day, reverse=True)
    return {
        "here": "record",
        "all_url": addresses.whole,
        "parts": presenting.parts_of(counts, addresses),
        "measured": latest[:FEW_MEASUREMENTS],
        "years": presenting.years_of(_without_ways(presenting.told(entries[:NEWEST], addresses, rows))),
        "rest": max(0, len(entries) - NEWEST),
        "places": places,
    }


def category_page(
    charts: Charts, addresses: Addresses, category: str, rows: Corrections = NOTHING_ASKED
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
        "more": any(section.more for _, chart in charts for section in chart.sections),
        "places": [place for place, chart in charts],
    }


def test_page(
    charts: Charts, addresses: Addresses, category: str, test: str, rows: Corrections = NOTHING_ASKED
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
    return {
        "here": "record",
        "all_url": addresses.whole,
        "parts": presenting.all_parts(addresses, here=category),
        "title": one.name,
        "back_url": addresses.part(category),
        "back": words.part(category),
        "latest": {"value": latest.shown, "unit": latest.unit, "day": latest.day, "says": says},
        "chart": one.chart() if len(one.readings) > 1 else None,
        "values": presenting.values_of(one, entries, addresses, rows),
    }


def _without_ways(cards: Sequence[Item]) -> list[Item]:
    """The overview says how a correction stands; errors are reported where the whole entry is shown."""
    return [replace(card, error_url="") for card in cards]


def _series(entries: Sequence[Held], category: str) -> list[Series]:
    return series(entry.resource for entry in entries if entry.category == category)[0]


def _rows(tests: Sequence[Series], category: str, addresses: Addresses) -> list[Measured]:
    return [each.measured(url=addresses.test(category, each)) for each in tests]
