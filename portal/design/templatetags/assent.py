"""Template tags: marks (icon, seal), text (hash, when, figure), drawings (chart, spark, proof) and fields."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext

from portal.design import cedar, charts, devices, proofs, shapes, strips, times
from portal.design.svg import element

register = template.Library()
SEALS = {"sealed": "seal", "pending": "seal-wait", "broken": "seal-broken"}


@register.simple_tag
def icon(name: str, kind: str = "") -> SafeString:
    """`{% icon "lock" %}`, `{% icon "chevron-right" "flip" %}` (turned in right-to-left). Never the only sign."""
    use = element("use", href=f"{static('icons.svg')}#{name}")
    return element("svg", use, class_=f"icon {kind}".strip(), aria_hidden="true")


@register.simple_tag
def seal(state: str = "sealed", kind: str = "") -> SafeString:
    """`{% seal link.state "alarm" %}`: open, pending, sealed or broken; kinds are alarm, soft, iris and small."""
    kinds = " ".join(f"seal--{each}" for each in kind.split())
    if state == "open":
        return _open_link(kinds)
    use = element("use", href=f"{static('icons.svg')}#{SEALS[state]}")
    return element("svg", use, class_=f"seal {kinds}".strip(), viewBox="0 0 32 32", aria_hidden="true")


def _open_link(kinds: str) -> SafeString:
    """A ring that is still open: it closes, and is sealed, when the visit ends."""
    line: dict[str, str] = {"fill": "none", "stroke": "currentColor"}
    return element(
        "svg",
        element("circle", class_="beat", cx=16, cy=16, r=13, stroke_width=2, **line),
        element(
            "path", d="M20.9 27.6a12.6 12.6 0 1 0-9.8 0", stroke_width=2.25, stroke_linecap="round", **line
        ),
        element("circle", cx=16, cy=16, r=5, fill="currentColor"),
        class_=f"seal seal--iris {kinds}".strip(),
        viewBox="0 0 32 32",
        aria_hidden="true",
    )


@register.simple_tag
def mark() -> SafeString:
    """The mark of Assent: two links joined, the patient's and the reader's."""
    one = "M17.6 20.4 13 25a5.9 5.9 0 0 1-8.4-8.4l5.1-5a5.9 5.9 0 0 1 8.3 0"
    other = "M14.4 11.6 19 7a5.9 5.9 0 0 1 8.4 8.4l-5.1 5a5.9 5.9 0 0 1-8.3 0"
    stroke: dict[str, str | float] = {
        "stroke": "currentColor",
        "stroke_width": 3.2,
        "stroke_linecap": "round",
    }
    links = element("g", element("path", d=one), element("path", d=other), fill="none", **stroke)
    return element("svg", links, viewBox="0 0 32 32", aria_hidden="true")


@register.simple_tag(name="hash")
def fingerprint(value: str | bytes, length: int = 64) -> SafeString:
    """A hexadecimal hash in groups of eight for the eye; copied without gaps."""
    text = (value.hex() if isinstance(value, bytes) else value)[:length]
    groups = ((text[at : at + 8],) for at in range(0, len(text), 8))
    return format_html(
        '<span class="hash">{}</span>', format_html_join(SafeString("<wbr>"), "<span>{}</span>", groups)
    )


@register.simple_tag
def when(moment: datetime | date, style: str = "moment") -> SafeString:
    """A `<time>`: `moment` (Today, 09:40), `day` (2 November 2026), `short` (2 Nov 2026), `clock`, `exact` (UTC)."""
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), times.words(moment, style))


@register.simple_tag
def stretch(start: datetime, end: datetime | None) -> SafeString:
    """From start to end: `Today, 09:40 to 09:44`; only the start if there is no end or it is the same minute."""
    if end is None or times.words(end, "exact") == times.words(start, "exact"):
        return when(start)
    same_day = timezone.localtime(start).date() == timezone.localtime(end).date()
    words = gettext("%(start)s to %(end)s")
    shown = {"start": when(start), "end": when(end, "clock" if same_day else "moment")}
    return SafeString(words % shown)


@register.filter
def figure(value: float) -> str:
    """A number with the locale's grouping: 1,204,118."""
    return formats.number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def listed(words: Iterable[str]) -> str:
    """Words in a row: lab results, medicines and allergies."""
    return get_text_list([str(word) for word in words], gettext("and"))


@register.filter
def tied(text: str) -> str:
    """Keep "Dr" with the name and a day with its month (no-break spaces)."""
    return times.tie(str(text))


@register.filter
def device(agent: str) -> str:
    """What a browser calls itself, as a person would: Firefox on Windows."""
    return devices.called(agent)


@register.filter(name="cedar")
def coloured(code: str) -> SafeString:
    """Contract code with its words coloured."""
    return cedar.coloured(code)


@register.simple_tag
def chart(drawing: charts.Chart) -> SafeString:
    """`{% chart chart %}`: put the table of its values under it."""
    return charts.draw(drawing)


@register.simple_tag
def strip(drawing: strips.Strip) -> SafeString:
    """`{% strip strip %}`: when things happened, as dots over a line."""
    return strips.draw(drawing)


@register.simple_tag
def spark(measured: shapes.Measured) -> SafeString:
    """The history of one measurement in a table row."""
    values = list(measured.history)
    if len(values) < 2:
        return SafeString("")
    first, last = charts.number(values[0]), charts.number(values[-1])
    label = gettext("%(name)s: from %(first)s to %(last)s") % {
        "name": measured.name,
        "first": first,
        "last": last,
    }
    return charts.spark(values, low=measured.low, high=measured.high, label=label)


@register.simple_tag
def proof(path: Mapping[str, Any]) -> SafeString:
    """`{% proof path %}` with leaf, path, root (hexadecimal), index and size."""
    return proofs.draw(
        leaf=path["leaf"],
        path=path["path"],
        root=path["root"],
        index=path["index"],
        size=path["size"],
        seal=f"{static('icons.svg')}#seal",
    )


@register.filter
def joined(path: Mapping[str, Any]) -> list[tuple[proofs.Side, str]]:
    """The same path as rows of a table: side and hash."""
    found = proofs.sides(index=path["index"], size=path["size"], length=len(path["path"]))
    return list(zip(found, path["path"], strict=True))


@register.simple_block_tag
def notice(content: str, tone: str = "", title: str = "", picture: str = "") -> SafeString:
    """`{% notice "holds" title=... %}<p>...</p>{% endnotice %}`: tones are holds, needs, alarm or none."""
    pictures = {"holds": "check", "needs": "clock", "alarm": "triangle-alert"}
    heading = format_html("<h2>{}</h2>", title) if title else ""
    return format_html(
        '<div class="notice{}">{}<div>{}{}</div></div>',
        f" notice--{tone}" if tone else "",
        icon(picture or pictures.get(tone, "info")),
        heading,
        content,
    )


@register.simple_block_tag
def blank(content: str, title: str, state: str = "pending") -> SafeString:
    """`{% blank title %}<p>What to do next.</p>{% endblank %}`: said where a list has nothing in it."""
    return format_html('<div class="empty">{}<h2 class="t-h3">{}</h2>{}</div>', seal(state), title, content)


@register.filter
def same(value: object, other: object) -> bool:
    """`here|same:"home"`, where a tag takes a value but no comparison."""
    return value == other
