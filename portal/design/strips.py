"""Times on a line: each event is a dot above its moment, dots of one moment are piled up.

Drawn wide and narrow as charts are, in attributes alone. Time runs left to right in every language; the strip says
itself in words, which the page also says beside it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from portal.design.svg import element

EDGE, FOOT, RADIUS, HIGHEST = 14, 26, 4.5, 64


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A word under a place of the line, from 0 to 1."""

    at: float
    name: str


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Places are from 0 (begin) to 1 (end). `shades` are stretches behind the line, such as the night; `ring` is an
    event of another kind, with a gap after it that is drawn as one."""

    says: str
    dots: Sequence[float]
    ticks: Sequence[Tick] = ()
    shades: Sequence[tuple[float, float]] = ()
    ring: float | None = None


def draw(strip: Strip) -> SafeString:
    """The strip, wide and narrow."""
    return SafeString(_draw(strip, 660, "wide") + _draw(strip, 330, "narrow"))


def _draw(strip: Strip, width: int, kind: str) -> SafeString:
    columns = Counter(round(dot * (width - 2 * EDGE) / (2 * RADIUS + 1)) for dot in strip.dots)
    pile = max(columns.values(), default=1)
    rise = min(2 * RADIUS + 1, HIGHEST / pile)
    height = 2 * RADIUS + pile * rise + FOOT + 6
    line = height - FOOT
    body = [
        *_shades(strip, width, line),
        *_line(strip, width, line),
        *_ticks(strip, width, height),
        *_dots(columns, line, rise),
    ]
    return element(
        "svg",
        *body,
        class_=f"chart strip chart--{kind}",
        viewBox=f"0 0 {width} {height:.0f}",
        role="img",
        aria_label=strip.says,
    )


def _x(at: float, width: int) -> float:
    return EDGE + min(1.0, max(0.0, at)) * (width - 2 * EDGE)


def _shades(strip: Strip, width: int, line: float) -> Iterator[SafeString]:
    for start, end in strip.shades:
        x = _x(start, width)
        yield element("rect", class_="shade", x=x, y=0, width=_x(end, width) - x, height=line, rx=6)


def _line(strip: Strip, width: int, line: float) -> Iterator[SafeString]:
    if strip.ring is None:
        yield element("line", class_="grid", x1=EDGE, x2=width - EDGE, y1=line, y2=line)
        return
    x = _x(strip.ring, width)
    yield element("line", class_="gap", x1=x + 8, x2=width - EDGE, y1=line, y2=line)
    yield element("circle", class_="ring", cx=x, cy=line, r=6)


def _ticks(strip: Strip, width: int, height: float) -> Iterator[SafeString]:
    for tick in strip.ticks:
        side = "start" if tick.at <= 0 else "end" if tick.at >= 1 else "mid"
        x = {"start": 0.0, "end": float(width)}.get(side, _x(tick.at, width))
        yield element("text", tick.name, class_=side, x=x, y=height - 5)


def _dots(columns: Counter[int], line: float, rise: float) -> Iterator[SafeString]:
    for column, count in sorted(columns.items()):
        for place in range(count):
            yield element(
                "circle",
                class_="event",
                cx=EDGE + column * (2 * RADIUS + 1),
                cy=line - RADIUS - 3 - place * rise,
                r=RADIUS,
            )
