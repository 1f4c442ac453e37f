"""The values of search parameters, as the index spells them."""

import re

from portal.records import dates, elements, index, matching
from portal.records.errors import InvalidSearch
from portal.records.primitives import ID
from portal.records.searchable import Parameter

_UNESCAPED = re.compile(r"(?<!\\),")


def split(value: str) -> list[str]:
    """The alternatives of a value; a comma that is meant is written `\\,`."""
    return [re.sub(r"\\([,|$\\])", r"\1", word) for word in _UNESCAPED.split(value)]


def spelled(parameter: Parameter, word: str) -> str:
    """A value as the index spells it."""
    if parameter.kind == "string":
        return index.folded(word)[: index.LONGEST]
    if parameter.kind == "code":
        return word.rpartition("|")[2]
    if parameter.kind == "reference":
        target = elements.place(word)
        return f"{parameter.targets[0]}/{target}" if ID.match(target) and parameter.targets else target
    if parameter.kind == "day":
        return _day(parameter.name, word)
    if parameter.kind == "token" and word.endswith("|"):
        message = f"{parameter.name} names a code, as `code` or as `system|code`."
        raise InvalidSearch(message, expression=parameter.name)
    return word


def _day(name: str, word: str) -> str:
    """Such dates are hashed, so that only equality can be asked for."""
    prefix, _ = _date(name, word)
    if prefix != "eq":
        raise InvalidSearch(f"{name} is found by the date itself only, without {prefix}.", expression=name)
    return word.removeprefix("eq")


def spans(name: str, value: str) -> tuple[tuple[str, dates.Span], ...]:
    return tuple(_date(name, word) for word in split(value))


def _date(name: str, word: str) -> tuple[str, dates.Span]:
    match = matching.DATE.match(word)
    try:
        return (match[1] or "eq", dates.span(match[2])) if match else ("", dates.span(""))
    except (ValueError, OverflowError):
        message = f"{name} is a FHIR date, with eq, ge, le, gt or lt before it, such as ge2021-03."
        raise InvalidSearch(message, expression=name) from None
