"""Reading values out of a FHIR resource by the path of an element. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_PLACE = re.compile(r"[A-Z][A-Za-z]{0,63}/[A-Za-z0-9\-.]{1,64}\Z")
_CONTAINERS = (dict, list)
# What of a name or an address is a string that people search for.
_WRITTEN = (
    "text",
    "family",
    "given",
    "prefix",
    "suffix",
    "line",
    "city",
    "district",
    "state",
    "postalCode",
    "country",
)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object in a parsed value, itself among them, in no order that counts."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            children: Iterable[Any] = one.values()
        else:
            children = one
        for child in children:  # no list of them: this is walked for each resource several times
            if isinstance(child, _CONTAINERS):
                waiting.append(child)


def at_path(value: Any, path: str) -> Iterator[Any]:
    """Every value at `path` ("performer.actor"); "@name" is an extension whose URL ends so."""
    first, _, rest = path.partition(".")
    for child in _children(value, first):
        if rest:
            yield from at_path(child, rest)
        else:
            yield child


def tokens(element: Any) -> Iterator[tuple[str, str]]:
    """(system, code) of a CodeableConcept, a Coding, an Identifier or a code."""
    if isinstance(element, str):
        yield "", element
    elif isinstance(element, Mapping):
        for coding in element.get("coding", ()):
            yield from tokens(coding)
        code = element.get("code", element.get("value"))
        if isinstance(code, str):
            yield element.get("system", ""), code


def strings(element: Any) -> Iterator[str]:
    """The strings of a name, of an address, or of a string."""
    if isinstance(element, str):
        yield element
    elif isinstance(element, Mapping):
        for name in _WRITTEN:
            yield from (text for text in _listed(element.get(name)) if isinstance(text, str))


def place_of(element: Any) -> str:
    """Where a Reference leads: `Type/id` without version, else its URL; "" if it is none."""
    reference = element.get("reference") if isinstance(element, Mapping) else None
    return place(reference) if isinstance(reference, str) else ""


def place(reference: str) -> str:
    """`Type/id` of a relative reference, without its version; any other as it stands."""
    bare = reference.partition("/_history/")[0]
    return bare if _PLACE.match(bare) else reference


def canonical(element: Any) -> Iterator[str]:
    """A canonical URL, with and without its version."""
    if isinstance(element, str):
        yield from dict.fromkeys((element, element.partition("|")[0]))


def _children(value: Any, name: str) -> Iterator[Any]:
    if not isinstance(value, Mapping):
        return
    if name.startswith("@"):
        ending = f"/{name[1:]}"
        for extension in _listed(value.get("extension")):
            if isinstance(extension, Mapping) and str(extension.get("url", "")).endswith(ending):
                yield extension
        return
    yield from (child for child in _listed(value.get(name)) if child is not None)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
