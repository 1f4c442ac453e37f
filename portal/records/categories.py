"""From a FHIR resource to what decisions may know of it: category, patient, author, date. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from consent import vocabulary
from consent.errors import UnknownCategory
from portal.records import dates
from portal.records.kinds import CLINICAL, KINDS

Resource = Mapping[str, Any]
_CODES_OF_FHIR = frozenset({"problem-list-item", "encounter-diagnosis", "health-concern"})
_PLAIN_WORD = re.compile(r"[a-z][a-z _-]*\Z")


def category_of(resource: Resource) -> str:
    """The category that people understand; "" for the directory. The first category code that is known decides."""
    kind = KINDS[resource["resourceType"]]
    for code in category_codes(resource):
        if code in kind.by_code:
            return kind.by_code[code]
    return kind.category


def category_codes(resource: Resource) -> list[str]:
    """The FHIR category codes that a resource names, as they stand."""
    return [coding["code"] for concept in _listed(resource.get("category")) for coding in _codings(concept)]


def ours(kind_name: str, word: str) -> str:
    """The slug of ours that `category=word` names, or "". A word that FHIR has for that type means FHIR's."""
    if word in KINDS[kind_name].by_code or word in _CODES_OF_FHIR:
        return ""
    try:
        return vocabulary.category(word)
    except UnknownCategory:
        return ""


def narrowed(kind_name: str, word: str) -> frozenset[str]:
    """The categories of that type in which FHIR's category code can be found: `laboratory`, or `system|laboratory`.

    Raises UnknownCategory for a plain word that neither FHIR nor we have for the type: that is a slip.
    """
    kind, code = KINDS[kind_name], word.rpartition("|")[2]
    if code in kind.by_code:
        return frozenset({kind.by_code[code]})
    if kind.by_code and _PLAIN_WORD.match(word):
        vocabulary.category(word)
    return frozenset(kind.categories)


def types_of(category: str) -> list[str]:
    """The resource types that can hold something of that category."""
    return sorted(name for name in CLINICAL if category in KINDS[name].categories)


def patient_of(resource: Resource) -> str:
    """The reference to the patient that the resource is about; "" if it names none."""
    for element in KINDS[resource["resourceType"]].patient:
        for reference in references(resource, element):
            return reference
    return ""


def author_of(resource: Resource) -> str:
    """The reference to whoever recorded it; "" if it names nobody."""
    for path in KINDS[resource["resourceType"]].author:
        for reference in references(resource, path):
            return reference
    return ""


def span_of(resource: Resource) -> dates.Span | None:
    """When it happened or was recorded."""
    for element in KINDS[resource["resourceType"]].dates:
        if span := dates.of_element(resource.get(element)):
            return span
    return None


def codes_of(resource: Resource) -> Iterator[tuple[str, str]]:
    """(system, code) of what the resource is about."""
    for element in KINDS[resource["resourceType"]].codes:
        for concept in _listed(resource.get(element)):
            for coding in _codings(concept):
                yield coding.get("system", ""), coding["code"]


def references(resource: Resource, path: str) -> Iterator[str]:
    """The literal references at `path` ("performer.actor"), in order."""
    first, _, rest = path.partition(".")
    for value in _listed(resource.get(first)):
        if not isinstance(value, Mapping):
            continue
        if rest:
            yield from references(value, rest)
        elif isinstance(value.get("reference"), str):
            yield value["reference"]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _codings(concept: Any) -> list[dict[str, Any]]:
    if not isinstance(concept, Mapping):
        return []
    return [coding for coding in concept.get("coding", ()) if "code" in coding]
