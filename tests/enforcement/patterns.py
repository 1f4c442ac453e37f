"""Every address that the project answers at, as its URL configuration says it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, resolve

CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")
GROUPED = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


@dataclass(frozen=True)
class Address:
    """One pattern. `route` is unique and readable: parameters by name, regular expressions without their signs."""

    route: str

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"<(\w+)>", self.route)

    def path(self, values: Mapping[str, str]) -> str:
        """The address with these values; KeyError names a parameter that nobody gave a value to."""
        return "/" + re.sub(r"<(\w+)>", lambda match: values[match[1]], self.route)


def addresses() -> list[Address]:
    """All of them, in the order in which they are tried."""
    return list(_walk(get_resolver(), ""))


def route_of(path: str) -> str:
    """The route of a link that stood in a page."""
    return _readable(resolve(path).route)


def sockets() -> list[str]:
    """The routes of all web sockets."""
    from portal.live.urls import program_urlpatterns, websocket_urlpatterns

    return [str(pattern.pattern) for pattern in [*websocket_urlpatterns, *program_urlpatterns]]


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        route = prefix + _readable(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield Address(route)


def _readable(route: str) -> str:
    if not route.startswith("^"):
        return CONVERTED.sub(lambda match: f"<{match[1]}>", route)
    plain = GROUPED.sub(lambda match: f"<{match[1]}>", route)
    plain = re.sub(r"\\Z|\^|(?<!\\)\$|(?<=/)\?", "", plain)
    return plain if "[" in plain else plain.replace("\\", "")
