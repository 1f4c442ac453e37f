"""SVG elements, escaped, from attributes alone: the content security policy allows no `style`."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Attribute = str | int | float


def element(name: str, *children: str, **attributes: Attribute) -> SafeString:
    """`element("text", "52", x=3.14159, class_="end")` is `<text x="3.1" class="end">52</text>`."""
    pairs = ((_name(key), _value(value)) for key, value in attributes.items())
    inner = format_html_join("", "{}", ((child,) for child in children))
    return format_html("<{0}{1}>{2}</{0}>", name, format_html_join("", ' {}="{}"', pairs), inner)


def points(places: list[tuple[float, float]]) -> str:
    """The `points` of a polyline."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: Attribute) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
