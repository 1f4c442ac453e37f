"""The search index: what a resource can be found by, as keyed hashes and as spans of time.

Clinical values are hashed under a key of the person, so that equal codes of two patients do not look alike and
the index dies with the person's key. Only demographics and the directory, which are searched before anybody is
known, use a key of the tenant. Under that key the beginnings of patients' names would spell the names out to whoever
has the database, so that only the first three letters of each are indexed; a search compares the rest with the open
record. Their birth dates are hashed too, and found by equality only.
"""

import hmac
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Set
from typing import Any, NamedTuple
from uuid import UUID

from ledger.vault import keyring
from portal.records import dates
from portal.records.elements import at_path, canonical, objects, place_of, strings, tokens
from portal.records.searchable import Parameter, parameters_of

USE = "index"
LINK = "_link"
"""The parameter of the references that a resource makes, of whichever element: no search can name it."""
DIGEST = 16
GENERATION = 3
"""Raised whenever a record's entries here would be other ones than before; `manage.py reindex` brings them up."""

BEGINNING = 3  # letters of a patient's name
LONGEST = 40  # letters of any other beginning
PRECISIONS = (10, 7, 4)  # a day, a month, a year
Values = Iterator[tuple[str, str]]


class Indexed(NamedTuple):
    """What stands in the index for one resource: hashes, and (parameter, start, until)."""

    tokens: Set[bytes]
    spans: Set[tuple[str, dates.Span]]


def indexed(resource: Mapping[str, Any], *, tenant: UUID, person: UUID | None) -> Indexed:
    """Everything that a resource can be found by, in the tenant's scope."""
    name = resource["resourceType"]
    key = key_for(name, tenant=tenant, person=person)
    prefix = f"{name}\n"
    found = {
        hmac.digest(key, f"{prefix}{parameter}\n{value}".encode(), "sha256")[:DIGEST]
        for parameter, value in values_of(resource)
    }
    return Indexed(found, set(spans_of(resource)))


def values_of(resource: Mapping[str, Any]) -> Values:
    """(parameter, value) of everything that a resource can be found by, but for times."""
    for parameter in parameters_of(resource["resourceType"]).values():
        if parameter.kind == "date":
            continue
        for path in parameter.paths:
            for element in at_path(resource, path):
                for value in _spellings(parameter, element):
                    yield parameter.name, value
    for reference in references_in(resource):
        yield LINK, reference


def references_in(value: Any) -> Iterator[str]:
    """The references to other records (Type/id) anywhere in a resource, but for those to whose record it is."""
    for one in objects(value):
        found = one.get("reference")
        if isinstance(found, str) and "/" in found and not found.startswith(("Patient/", "http", "urn:")):
            yield found


def spans_of(resource: Mapping[str, Any]) -> Iterator[tuple[str, dates.Span]]:
    """(parameter, span) of every time that a resource can be found by."""
    for parameter in parameters_of(resource["resourceType"]).values():
        if parameter.kind != "date":
            continue
        for path in parameter.paths:
            for element in at_path(resource, path):
                if span := dates.searched(element):
                    yield parameter.name, span


def key_for(type_name: str, *, tenant: UUID, person: UUID | None) -> bytes:
    """The key of a type's tokens: the tenant's for what is searched before the person is known."""
    owner = tenant if person is None or type_name == "Patient" else person
    return keyring.mac_key(owner, USE)


def digest(key: bytes, type_name: str, parameter: str, value: str) -> bytes:
    """The token of one value."""
    return hmac.digest(key, f"{type_name}\n{parameter}\n{value}".encode(), "sha256")[:DIGEST]


def fingerprint(content: bytes, *, tenant: UUID, person: UUID | None) -> bytes:
    """By which the same bytes are known again without opening what is stored."""
    return hmac.digest(keyring.mac_key(person or tenant, USE), b"content\n" + content, "sha256")


def folded(name: str) -> str:
    """A name without case, accents and extra spaces, as people type it."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(mark for mark in plain if not unicodedata.combining(mark)).split())


def begins(parameter: Parameter, resource: Mapping[str, Any], wanted: Collection[str]) -> bool:
    """Whether a name in the resource, or a word of it, begins with one of these, which are folded."""
    return any(
        part.startswith(beginning)
        for path in parameter.paths
        for element in at_path(resource, path)
        for part in _parts(element)
        for beginning in wanted
    )


def _spellings(parameter: Parameter, element: Any) -> Iterator[str]:
    """Every way in which a search may spell the value of this element."""
    kind = parameter.kind
    if kind == "token":
        for system, code in tokens(element):
            yield from (code, f"{system}|{code}")
    elif kind == "code":
        yield str(element).lower() if isinstance(element, bool) else str(element)
    elif kind == "reference":
        if place := place_of(element):
            yield place
    elif kind == "uri":
        yield from canonical(element)
    elif kind == "day":
        yield from {element, *(element[:length] for length in PRECISIONS)} if isinstance(element, str) else ()
    else:
        yield from _beginnings(kind, element)


def _beginnings(kind: str, element: Any) -> Iterator[str]:
    for part in set(_parts(element)):
        if kind == "name":
            yield part
            if len(part) >= BEGINNING:
                yield f"{part[:BEGINNING]}*"
        else:
            yield from (part[:length] for length in range(1, min(len(part), LONGEST) + 1))


def _parts(element: Any) -> Iterator[str]:
    """Each string of an element and each word of it, folded."""
    for text in strings(element):
        if part := folded(text):
            yield part
            yield from part.split()
