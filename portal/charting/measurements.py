"""Measurements of the same thing, brought together: the latest with its trend, and all of them as a chart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from portal.charting.concepts import Resource, begun, code, coded, components, day, quantity, words
from portal.design.charts import Band, Chart, Line, Point, number
from portal.design.shapes import Item, Measured

SPARKED = 24  # readings that fit into a line the height of a word
ABOVE, BELOW = frozenset({"H", "HH", "HU"}), frozenset({"L", "LL", "LU"})


@dataclass(frozen=True)
class Reading:
    """One value (two for a blood pressure) on a day, in one unit."""

    day: date
    values: tuple[float, ...]
    unit: str
    flag: str
    low: float | None
    high: float | None
    source: Resource = field(compare=False, repr=False)

    @property
    def shown(self) -> str:
        return "/".join(number(value) for value in self.values)


@dataclass(frozen=True)
class Series:
    """All readings of one thing in one unit, oldest first. `names` of its lines, one for each value of a reading."""

    name: str
    names: tuple[str, ...]
    readings: Sequence[Reading]

    @property
    def latest(self) -> Reading:
        return self.readings[-1]

    def measured(self, *, url: str = "") -> Measured:
        """As a row with a spark."""
        latest = self.latest
        return Measured(
            name=self.name,
            value=latest.shown,
            unit=latest.unit,
            day=latest.day,
            history=[reading.values[0] for reading in self.readings[-SPARKED:]],
            low=latest.low,
            high=latest.high,
            flag=latest.flag,
            url=url,
        )

    def chart(self) -> Chart:
        lines = [
            Line(name=name, points=[Point(day=each.day, value=each.values[at]) for each in self.readings])
            for at, name in enumerate(self.names)
        ]
        return Chart(name=self.name, unit=self.latest.unit, lines=lines, band=_band(self.latest))

    def rows(self) -> list[Item]:
        """Every value, newest first: the table under the chart."""
        return [
            Item(title=self.name, value=each.shown, unit=each.unit, day=each.day, flag=each.flag)
            for each in reversed(self.readings)
        ]


def series(resources: Iterable[Resource]) -> tuple[list[Series], list[Resource]]:
    """The measurements among these resources, each thing once, latest first; and what is not a measurement."""
    found: dict[tuple[str, str], tuple[Resource, list[Reading]]] = {}
    others: list[Resource] = []
    for resource in resources:
        reading = reading_of(resource)
        if reading is None:
            others.append(resource)
            continue
        key = (code(resource.get("code")), reading.unit)
        found.setdefault(key, (resource, []))[1].append(reading)
    brought = [_series(resource, readings) for resource, readings in found.values()]
    brought.sort(key=lambda each: (-each.latest.day.toordinal(), each.name.casefold()))
    return brought, others


def reading_of(resource: Resource) -> Reading | None:
    """The value of an Observation, if it is a number (or two in one unit) on a known day."""
    measured = quantity(resource.get("valueQuantity"))
    values = (
        [measured] if measured else [quantity(each.get("valueQuantity")) for each in components(resource)]
    )
    on = day(resource.get("effectiveDateTime")) or day(resource.get("effectivePeriod"))
    numbers = [each for each in values if each]
    if (
        resource.get("resourceType") != "Observation"
        or on is None
        or not numbers
        or len(numbers) != len(values)
    ):
        return None
    if len(numbers) > 2 or len({unit for _value, unit in numbers}) > 1:
        return None
    low, high = _range(resource)
    read = tuple(value for value, _unit in numbers)
    return Reading(on, read, numbers[0][1], beyond(resource), low, high, resource)


def beyond(resource: Resource) -> str:
    """ "High" or "Low", by the laboratory's own word or else by its reference range."""
    said = coded(resource.get("interpretation"))
    low, high = _range(resource)
    measured = quantity(resource.get("valueQuantity"))
    value = measured[0] if measured else None
    if said in ABOVE or (not said and value is not None and high is not None and value > high):
        return _("High")
    if said in BELOW or (not said and value is not None and low is not None and value < low):
        return _("Low")
    return ""


def _series(resource: Resource, readings: Sequence[Reading]) -> Series:
    title = begun(words(resource.get("code"))) or _("Measurement")
    width = min(len(each.values) for each in readings)
    parts = tuple(words(each.get("code")) for each in components(resource))
    names = parts[:width] if width == len(parts) and width > 1 else (title,)
    return Series(title, names, sorted(readings, key=lambda each: each.day))


def _range(resource: Resource) -> tuple[float | None, float | None]:
    ranges: Sequence[Resource] = resource.get("referenceRange") or ({},)
    low, high = quantity(ranges[0].get("low")), quantity(ranges[0].get("high"))
    return low[0] if low else None, high[0] if high else None


def _band(reading: Reading) -> Band | None:
    if reading.low is None and reading.high is None:
        return None
    return Band(low=reading.low, high=reading.high, name=_("Reference range"))
