"""SVG elements, escaped, from attributes alone: the content security policy allows no `style`."""

from html import escape

from django.utils.safestring import SafeString

Attribute = str | int | float


def element(name: str, *children: str, **attributes: Attribute) -> SafeString:
    """`element("text", "52", x=3.14159, class_="end")` is `<text x="3.1" class="end">52</text>`.

    Names are ours; what they are given is escaped. A page of charts has a thousand of these: `format_html`, which
    escapes one value at a time through several calls, took half of its time.
    """
    given = "".join([f' {_name(key)}="{_value(value)}"' for key, value in attributes.items()])
    return SafeString(f"<{name}{given}>{''.join(map(_escaped, children))}</{name}>")


def points(places: list[tuple[float, float]]) -> str:
    """The `points` of a polyline."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: Attribute) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value) if isinstance(value, int) else _escaped(value)


def _escaped(text: str) -> str:
    """As Django escapes: what is markup already is left as it is."""
    return text if isinstance(text, SafeString) else escape(str(text))
