"""Charts drawn by the server. Each is drawn twice, wide and narrow, and the style sheet shows one.

Time runs left to right in every language. Every chart says itself in words; the page puts its table under it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from portal.design.svg import element, points


@dataclass(frozen=True, kw_only=True)
class Point:
    """A value on a day."""

    day: date
    value: float


@dataclass(frozen=True, kw_only=True)
class Line:
    """One series, oldest point first. A chart of blood pressure has two."""

    name: str
    points: Sequence[Point]


@dataclass(frozen=True, kw_only=True)
class Band:
    """The range to be in; None leaves that side open. `name` is written into it: "Your target: 48 or less"."""

    low: float | None = None
    high: float | None = None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One or more lines in one unit."""

    name: str
    unit: str
    lines: Sequence[Line]
    band: Band | None = None


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Where values and days fall on the paper."""

    width: int
    height: int
    low: float
    high: float
    first: int
    last: int
    left: int = 44
    top: int = 22
    foot: int = 34
    margin: int = 56

    @property
    def right(self) -> int:
        return self.width - self.margin

    def x(self, ordinal: int) -> float:
        return self.left + (ordinal - self.first) / max(1, self.last - self.first) * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.top + (self.high - value) / (self.high - self.low) * (self.height - self.top - self.foot)


def number(value: float) -> str:
    """A value as a person reads it: no needless decimals, the locale's own point."""
    places = 1 if abs(value) >= 10 else 2
    rounded = round(value, places)
    while places and round(rounded, places - 1) == rounded:
        places -= 1
    return formats.number_format(rounded, decimal_pos=places, use_l10n=True)


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round values that enclose low and high: steps of 1, 2 or 5 times a power of ten."""
    if high - low < 1e-6 * max(1.0, abs(low), abs(high)):  # one value, or values that rounding made different
        low, high = low - 1, high + 1
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    start, end = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * n, 10) for n in range(start, end + 1)]


def describe(chart: Chart) -> str:
    """The chart in words: what a person who cannot see it hears."""
    heard = [_in_words(line, chart.unit) for line in chart.lines if line.points]
    if chart.band and chart.band.name:
        heard.append(f"{chart.band.name}.")
    return " ".join([*heard, gettext("The table below has every value.")])


def _in_words(line: Line, unit: str) -> str:
    values = [point.value for point in line.points]
    return ngettext(
        "%(name)s: one value, %(last)s %(unit)s on %(until)s.",
        "%(name)s: %(count)d values from %(since)s to %(until)s; from %(first)s to %(last)s %(unit)s, "
        "lowest %(lowest)s, highest %(highest)s.",
        len(values),
    ) % {
        "name": line.name,
        "count": len(values),
        "unit": unit,
        "since": formats.date_format(line.points[0].day, "DATE_FORMAT"),
        "until": formats.date_format(line.points[-1].day, "DATE_FORMAT"),
        "first": number(values[0]),
        "last": number(values[-1]),
        "lowest": number(min(values)),
        "highest": number(max(values)),
    }


def draw(chart: Chart) -> SafeString:
    """The chart, wide and narrow; nothing if there is no point at all."""
    if not any(line.points for line in chart.lines):
        return SafeString("")
    return SafeString(_draw(chart, 660, 280, "wide") + _draw(chart, 350, 250, "narrow"))


def _draw(chart: Chart, width: int, height: int, kind: str) -> SafeString:
    frame = _frame(chart, width, height)
    body = [*_band(chart.band, frame), *_grid(frame), *_days(frame)]
    for at, line in enumerate(chart.lines):
        body += _series(line, frame, "series" if at == 0 else "series series--second")
    size = f"0 0 {width} {height}"
    return element(
        "svg", *body, class_=f"chart chart--{kind}", viewBox=size, role="img", aria_label=describe(chart)
    )


def _frame(chart: Chart, width: int, height: int) -> Frame:
    values = [point.value for line in chart.lines for point in line.points]
    if chart.band:
        values += [edge for edge in (chart.band.low, chart.band.high) if edge is not None]
    scale = ticks(min(values), max(values))
    days = [point.day.toordinal() for line in chart.lines for point in line.points]
    first, last = min(days), max(days)
    air = max(2, (last - first) // 40)
    return Frame(width=width, height=height, low=scale[0], high=scale[-1], first=first - air, last=last)


def _band(band: Band | None, frame: Frame) -> Iterator[SafeString]:
    if band is None or (band.low is None and band.high is None):
        return
    top = frame.y(frame.high if band.high is None else band.high)
    foot = frame.y(frame.low if band.low is None else band.low)
    yield element(
        "rect", class_="band", x=frame.left, y=top, width=frame.right - frame.left, height=foot - top
    )
    for edge, y in ((band.high, top), (band.low, foot)):
        if edge is not None:
            yield element("line", class_="band-edge", x1=frame.left, x2=frame.right, y1=y, y2=y)
    if band.name:
        y = top + 20 if foot - top > 28 else top - 8
        yield element("text", band.name, class_="band-name", x=frame.left + 10, y=y)


def _grid(frame: Frame) -> Iterator[SafeString]:
    for value in ticks(frame.low, frame.high):
        y = frame.y(value)
        yield element("line", class_="grid", x1=frame.left, x2=frame.right, y1=y, y2=y)
        yield element("text", number(value), class_="end", x=frame.left - 10, y=y + 5)


def _days(frame: Frame) -> Iterator[SafeString]:
    """A mark for each January, thinned so that the years never touch; the last day if there is none."""
    years = range(date.fromordinal(frame.first).year + 1, date.fromordinal(frame.last).year + 1)
    room = (frame.right - frame.left) // 52
    marks = [(date(year, 1, 1), str(year)) for year in years][:: max(1, math.ceil(len(years) / room))]
    if not marks:
        day = date.fromordinal(frame.last)
        marks = [(day, formats.date_format(day, "SHORT_DATE_FORMAT"))]
    base = frame.y(frame.low)
    for day, words in marks:
        x = frame.x(day.toordinal())
        yield element("line", class_="grid", x1=x, x2=x, y1=base, y2=base + 6)
        yield element("text", words, class_="mid", x=x, y=frame.height - 8)


def _series(line: Line, frame: Frame, kind: str) -> Iterator[SafeString]:
    if not line.points:
        return
    places = [(frame.x(point.day.toordinal()), frame.y(point.value)) for point in line.points]
    yield element("polyline", class_=kind, points=points(places))
    if len(places) <= frame.width // 14:  # more would run into one another
        for x, y in places[:-1]:
            yield element("circle", class_="dot", cx=x, cy=y, r=4.5)
    x, y = places[-1]
    yield element("circle", class_="dot dot--out", cx=x, cy=y, r=6)
    yield element("text", number(line.points[-1].value), class_="strong", x=x + 12, y=y + 5)


def spark(values: Sequence[float], *, low: float | None, high: float | None, label: str) -> SafeString:
    """A line the height of a word, the range to be in behind it. Fewer than two values: nothing to see."""
    if len(values) < 2:
        return SafeString("")
    edges = [edge for edge in (low, high) if edge is not None]
    floor, ceiling = min([*values, *edges]), max([*values, *edges])
    rise = (ceiling - floor) or 1.0
    places = [(4 + at * 88 / (len(values) - 1), 24 - (v - floor) / rise * 20) for at, v in enumerate(values)]
    body = [
        element("polyline", class_="series", points=points(places)),
        element("circle", class_="dot", cx=places[-1][0], cy=places[-1][1], r=3.25),
    ]
    if edges:
        top = 2.0 if high is None else 24 - (high - floor) / rise * 20
        foot = 26.0 if low is None else 24 - (low - floor) / rise * 20
        body.insert(
            0, element("rect", class_="band", x=0, y=top, width=96, height=max(2.0, foot - top), rx=2)
        )
    return element("svg", *body, class_="spark", viewBox="0 0 96 28", role="img", aria_label=label)
