"""The search index: which values of a resource can be searched for, and the keyed hashes that stand for them.

Clinical values are hashed under a key of the person, so that equal codes of two patients do not look alike and
the index dies with the person's key. Only demographics and the directory, which are searched before anybody is
known, use a key of the tenant.
"""

import hmac
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from ledger.vault import keyring
from portal.records import categories

USE = "index"
DIGEST = 16
_NAMED = frozenset({"Patient", "Practitioner", "Organization", "Location", "HealthcareService"})
Values = Iterator[tuple[str, str]]


def values_of(resource: Mapping[str, Any]) -> Values:
    """(parameter, value) of everything that a resource can be found by."""
    yield from _identifiers(resource)
    if resource["resourceType"] in _NAMED:
        yield from _names(resource)
    if resource["resourceType"] == "Patient":
        yield from _of_patient(resource)
    for system, code in categories.codes_of(resource):
        yield from _token("code", system, code)
    for code in categories.category_codes(resource):
        yield "category", code
    if isinstance(status := resource.get("status"), str):
        yield "status", status


def digests_of(resource: Mapping[str, Any], *, tenant: UUID, person: UUID | None) -> set[bytes]:
    """The tokens of a resource, in the tenant's scope."""
    name = resource["resourceType"]
    key = key_for(name, tenant=tenant, person=person)
    return {digest(key, name, parameter, value) for parameter, value in values_of(resource)}


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


def _identifiers(resource: Mapping[str, Any]) -> Values:
    for identifier in _listed(resource.get("identifier")):
        if isinstance(identifier, Mapping) and "value" in identifier:
            yield from _token("identifier", identifier.get("system", ""), identifier["value"])


def _token(parameter: str, system: str, value: str) -> Values:
    """Found as `value`, and as `system|value` (`|value` where there is no system)."""
    yield parameter, value
    yield parameter, f"{system}|{value}"


def _names(resource: Mapping[str, Any]) -> Values:
    for name in _listed(resource.get("name")):
        words = (
            [name]
            if isinstance(name, str)
            else [name.get("family", ""), *name.get("given", ()), name.get("text", "")]
        )
        for word in filter(None, map(folded, filter(None, words))):
            yield "name", word


def _of_patient(patient: Mapping[str, Any]) -> Values:
    for name in _listed(patient.get("name")):
        if family := folded(name.get("family", "")):
            yield "family", family
        for given in name.get("given", ()):
            yield "given", folded(given or "")
    for parameter, element in (("birthdate", "birthDate"), ("gender", "gender")):
        if element in patient:
            yield parameter, patient[element]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
