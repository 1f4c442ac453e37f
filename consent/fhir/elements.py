"""Elements of FHIR JSON, read strictly: what is not understood is refused with its path, never passed over."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from consent.errors import ConsentCodeUnknown, ConsentElementUnsupported, ConsentMalformed
from consent.fhir import codes, spans
from consent.fhir.spans import Span

_REFERENCE = re.compile(r"([A-Za-z]+)/[A-Za-z0-9\-.]{1,64}")
_CODING = {"id", "system", "version", "code", "display", "userSelected"}
_CONCEPT = {"id", "coding", "text"}
_POINTER = {"id", "reference", "type", "identifier", "display"}
_PERIOD = {"id", "start", "end"}

Coding = tuple[str, str]


def parse(content: bytes) -> Any:
    """The JSON value of these bytes. A name that occurs twice, NaN or another encoding raise ConsentMalformed."""
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError as error:
        raise ConsentMalformed("The consent is nested too deeply to be read.") from error
    except ValueError as error:
        raise ConsentMalformed("The consent is not JSON in UTF-8 with each name once.") from error


def fields(value: object, path: str, known: Collection[str]) -> Mapping[str, Any]:
    """The object at this path; every name in it must be one that is known here."""
    if not isinstance(value, Mapping) or not value:
        raise ConsentMalformed(f"{path} must be an object that is not empty.")
    for name in value:
        if name not in known:
            raise ConsentElementUnsupported(
                f"{path}.{shown(name)} cannot be expressed, so the consent is refused."
            )
    return value


def needed(value: Mapping[str, Any], name: str, path: str) -> Any:
    """The element of this name, which must be there."""
    if name not in value:
        raise ConsentMalformed(f"{path}.{name} is missing.")
    return value[name]


def items(value: Mapping[str, Any], name: str, path: str) -> Iterator[tuple[Any, str]]:
    """The repeats of an element, each with its path; none if it is absent. An empty list is not FHIR."""
    if name not in value:
        return
    repeats = value[name]
    if not isinstance(repeats, list) or not repeats:
        raise ConsentMalformed(f"{path}.{name} must be a list that is not empty.")
    for position, item in enumerate(repeats):
        yield item, f"{path}.{name}[{position}]"


def coding(value: object, path: str) -> Coding:
    """(system, code). A code without its system means nothing."""
    found = fields(value, path, _CODING)
    return text(needed(found, "system", path), f"{path}.system"), text(
        needed(found, "code", path), f"{path}.code"
    )


def concept(value: object, path: str, system: str) -> tuple[Coding, str]:
    """The coding that says this concept in this system, with its path. None is only text; two might disagree.

    Codings of other systems beside it say the same (R4, CodeableConcept), so they are read but never decide.
    """
    found = fields(value, path, _CONCEPT)
    codings = [(coding(item, where), where) for item, where in items(found, "coding", path)]
    chosen = codings if len(codings) == 1 else [(pair, where) for pair, where in codings if pair[0] == system]
    if len(chosen) != 1:
        raise ConsentElementUnsupported(
            f"{path} must have exactly one coding of {system}, so the consent is refused."
        )
    return chosen[0]


def code_of(pair: Coding, path: str, system: str, known: Collection[str]) -> str:
    """The code of a coding that must be of this system and among these."""
    if pair[0] != system:
        raise ConsentCodeUnknown(f"{path}.system {shown(pair[0])} is not known here. Use {system}.")
    return among(pair[1], f"{path}.code", known)


def among(code: object, path: str, known: Collection[str]) -> str:
    """A code that must be among these."""
    if text(code, path) not in known:
        raise ConsentCodeUnknown(f"{path} {shown(code)} is not a code that is known here.")
    return str(code)


def reference(value: object, path: str, types: Collection[str] = codes.TYPES) -> str:
    """A relative reference such as Practitioner/7, exactly. Others (logical, absolute, contained) cannot be matched."""
    found = fields(value, path, _POINTER)
    pointer = text(needed(found, "reference", path), f"{path}.reference")
    match = _REFERENCE.fullmatch(pointer)
    if match is None or match[1] not in types:
        raise ConsentElementUnsupported(f"{path}.reference must be Type/id of a type that may stand here.")
    if found.get("type", match[1]) != match[1]:
        raise ConsentMalformed(f"{path}.type is not the type of its reference.")
    return pointer


def period(value: object, path: str) -> Span:
    """From the beginning of its start to the end of its end, each to its own precision."""
    found = fields(value, path, _PERIOD)
    bounds = {name: _covered(found[name], f"{path}.{name}") for name in ("start", "end") if name in found}
    if not bounds:
        raise ConsentMalformed(f"{path} has neither start nor end.")
    span = Span(
        bounds["start"][0] if "start" in bounds else None,
        bounds["end"][1] if "end" in bounds else None,
    )
    if span.reversed:
        raise ConsentMalformed(f"{path} ends before it starts.")
    return span


def text(value: object, path: str) -> str:
    """A string of visible ASCII, as codes, systems and references are: safe in policy text as it stands."""
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise ConsentMalformed(f"{path} must be a string of printable characters.")
    if any(character in value for character in ' "\\|'):
        raise ConsentMalformed(f"{path} holds a character that cannot stand here.")
    return value


def shown(value: object) -> str:
    """A word of the consent's own, short and printable, for a sentence."""
    return value[:60] if isinstance(value, str) and value.isprintable() else "(unprintable)"


def _covered(value: object, path: str) -> tuple[int, int]:
    try:
        return spans.covered(text(value, path))
    except ValueError as error:
        raise ConsentMalformed(f"{path} must be a FHIR dateTime, with a zone if it has a time.") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
