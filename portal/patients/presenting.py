"""A record as pages show it: its parts with counts, its entries as cards, its measurements as rows and charts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from portal.charting.cards import card
from portal.charting.lines import when
from portal.charting.measurements import Reading, Series
from portal.design.charts import number
from portal.design.shapes import Item, Part
from portal.design.vocabulary import CATEGORIES
from portal.patients import asking, words
from portal.patients.naming import Names
from portal.records.services import Chart, Count, Record

Corrections = Mapping[tuple[UUID, str, str], asking.Case]


OLDER = "older"
"""In an address: how many of the newest entries of the part are left out."""


@dataclass(frozen=True)
class Addresses:
    """Where the parts of this record are: the reader's own, or of somebody whom they look after.

    `skip`: the page leaves out so many of the newest entries, and what it leads to is among those that follow.
    """

    person: UUID
    own: bool
    skip: int = 0

    @property
    def whole(self) -> str:
        return (
            reverse("patients:record") if self.own else reverse("patients:their_record", args=[self.person])
        )

    def part(self, slug: str) -> str:
        if self.own:
            return self._older(reverse("patients:record_category", args=[slug]))
        return self._older(reverse("patients:their_category", args=[self.person, slug]))

    def test(self, slug: str, series: Series) -> str:
        if self.own:
            return self._older(reverse("patients:record_test", args=[slug, self.name(series)]))
        return self._older(reverse("patients:their_test", args=[self.person, slug, self.name(series)]))

    def name(self, series: Series) -> str:
        """What a test is called in an address: its own name would say something about whose record it is."""
        said = f"{series.name}|{series.latest.unit}"
        return salted_hmac(f"patients.test.{self.person}", said).hexdigest()[:16]

    def entry(self, held: "Held") -> str:
        """What an entry is called in an address."""
        return Names(self.person)[held.tenant, held.record.type, held.record.id]

    def seen(self, held: "Held") -> str:
        """Who has seen an entry of one's own: the list of who looked, filtered."""
        if not self.own:
            return ""
        return f"{reverse('patients:history')}?{urlencode({'entry': self.entry(held)})}"

    def error(self, held: "Held") -> str:
        """Where an entry of one's own is reported as wrong."""
        if not self.own:
            return ""
        return self._older(reverse("patients:correct", args=[held.category, self.entry(held)]))

    def _older(self, address: str) -> str:
        return f"{address}?{OLDER}={self.skip}" if self.skip else address


@dataclass(frozen=True)
class Held:
    """One resource of a record, and where it belongs. `place` is who holds it, `day` the one it is about."""

    tenant: UUID
    record: Record
    category: str
    place: str
    day: date | None

    @property
    def resource(self) -> Mapping[str, Any]:
        return self.record.resource

    @cached_property
    def item(self) -> Item:
        """As a card: made for what is shown of the many that a page puts in order."""
        return card(self.resource, self.place)


def parts_of(
    counts: Mapping[str, int], addresses: Addresses, more: Collection[str] = frozenset()
) -> list[Part]:
    """Parts in their usual order; empty ones are left out."""
    return [
        Part(
            slug=slug, name=words.part(slug), count=counts[slug], url=addresses.part(slug), more=slug in more
        )
        for slug in CATEGORIES
        if counts.get(slug)
    ]


def all_parts(addresses: Addresses, *, here: str = "") -> list[Part]:
    """Every part there is, whether or not it holds anything."""
    newest = replace(addresses, skip=0)
    return [
        Part(slug=slug, name=words.part(slug), url=newest.part(slug), here=slug == here)
        for slug in CATEGORIES
    ]


def held(charts: Iterable[tuple[str, Chart]]) -> list[Held]:
    """What these charts opened, newest first, what has no day last."""
    found = [
        Held(chart.tenant, record, section.category, place, when(record.resource))
        for place, chart in charts
        for section in chart.sections
        for record in section.records
    ]
    return sorted(found, key=lambda each: each.day or date.min, reverse=True)


def told(entries: Iterable[Held], addresses: Addresses, rows: Corrections) -> list[Item]:
    """The cards of these entries with the ways to who has seen one and to say that one is wrong, or how it stands with
    that."""
    cards = []
    for held in entries:
        seen = addresses.seen(held)
        row = rows.get((held.tenant, held.record.type, held.record.id))
        if row is None:
            cards.append(replace(held.item, seen_url=seen, error_url=addresses.error(held)))
        else:
            says, tone = asking.state_of(row)
            url = reverse("patients:asked_one", args=[row.id])
            cards.append(replace(held.item, seen_url=seen, asked=says, asked_tone=tone, asked_url=url))
    return cards


def years_of(cards: Sequence[Item]) -> list[tuple[str, list[Item]]]:
    """Cards under the headings of their years."""

    def year(card: Item) -> str:
        return str(card.day.year) if card.day else _("Without a date")

    return [(name, list(group)) for name, group in groupby(cards, year)]


def values_of(series: Series, entries: Sequence[Held], addresses: Addresses, rows: Corrections) -> list[Item]:
    """Every value of a test, newest first, each with the range that was given for it."""
    held = {id(entry.resource): entry for entry in entries}
    values = []
    for row, reading in zip(series.rows(), reversed(series.readings), strict=True):
        (card,) = told([held[id(reading.source)]], addresses, rows)
        values.append(
            replace(
                row,
                detail=span(reading),
                seen_url=card.seen_url,
                error_url=card.error_url,
                asked=card.asked,
                asked_tone=card.asked_tone,
                asked_url=card.asked_url,
            )
        )
    return values


def span(reading: Reading) -> str:
    """The range to be in, or "" if the record states none."""
    low, high = reading.low, reading.high
    if low is not None and high is not None:
        return _("%(low)s to %(high)s") % {"low": number(low), "high": number(high)}
    if high is not None:
        return _("%(high)s or less") % {"high": number(high)}
    return _("%(low)s or more") % {"low": number(low)} if low is not None else ""


def seen_and_hidden(counts: Sequence[Count], chosen: Sequence[str]) -> tuple[list[Part], list[Part]]:
    """What a contract over these parts would show today, and what stays closed: sensitive entries do, unless named."""
    by_part: dict[str, tuple[int, int]] = {}
    for count in counts:
        ordinary, sensitive = by_part.get(count.category, (0, 0))
        by_part[count.category] = (ordinary + count.ordinary, sensitive + count.sensitive)
    seen, hidden = [], []
    for slug, (ordinary, sensitive) in by_part.items():
        if slug in chosen:
            seen.append(Part(slug=slug, name=CATEGORIES[slug], count=ordinary))
            if sensitive:
                name = _("%(part)s marked as sensitive") % {"part": words.part(slug)}
                hidden.append(Part(slug=slug, name=name, count=sensitive))
        elif ordinary + sensitive:
            hidden.append(Part(slug=slug, name=words.part(slug), count=ordinary + sensitive))
    return seen, hidden
