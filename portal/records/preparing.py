"""From the text of a bundle to resources that are ready to be stored, and what is wrong with the others.

A record inherits the labels of the records that it gives as its reason: those of the same bundle, and those that are
stored of the same person. Labels are settled when a version is stored. A reason that is nowhere to be found (it comes
in a later file, or is kept elsewhere) adds none, and one that is labelled later does not reach back: such a record
bears only the labels of its own codes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger.scope import current_tenant
from portal.records import bundles, categories, storage
from portal.records.bundles import Entry
from portal.records.chunks import CONTENT
from portal.records.dates import Span
from portal.records.errors import InvalidResource, RecordsError
from portal.records.index import digest, key_for
from portal.records.kinds import DIRECTORY, KINDS
from portal.records.labels import labels_of
from portal.records.validation import check

Place = tuple[str, str]  # type and id

# The elements by which a record gives another one as its reason or its content: labels travel along them.
_REASONS_TEXT = """
reasonReference prescription diagnosisReference procedureReference addresses basedOn result
referral hasMember derivedFrom condition claim request authorizingPrescription partOf
"""
_REASONS = frozenset(_REASONS_TEXT.split())
# `Type/id` in a reference, whatever server or version of it is named.
_PLACE = re.compile(r"(?:\A|/)([A-Z][A-Za-z]{0,63})/([A-Za-z0-9\-.]{1,64})(?:/_history/[^/]*)?\Z")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A resource that may be stored. `patient` is the id of the FHIR Patient it is about; "" in the directory."""

    entry: Entry
    content: bytes
    type: str
    id: str
    patient: str
    category: str
    labels: tuple[str, ...]
    span: Span | None
    author: str

    @property
    def resource(self) -> Mapping[str, Any]:
        return self.entry.resource  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Failure:
    """A resource that was not stored, and why. Without content of the record."""

    file: str
    entry: int | None
    name: str
    reason: str

    def __str__(self) -> str:
        unit = "line" if self.file.endswith(".ndjson") else "entry"
        place = self.file if self.entry is None else f"{self.file}, {unit} {self.entry}"
        return f"{place}{f' ({self.name})' if self.name else ''}: {self.reason}"


def prepare(entries: list[Entry], source: str) -> tuple[list[Prepared], list[Failure]]:
    """Whatever is good among the entries of a file, and what is wrong with the others. In the tenant's scope."""
    places = bundles.identify(entries)
    finder = Finder(bundles.identifiers(entries))
    failed = []
    for entry in entries:
        if not entry.fault:
            try:
                _check(entry, places, finder)
            except RecordsError as error:
                entry.fault = str(error)
        if entry.fault:
            failed.append(Failure(source, entry.index, entry.name, entry.fault))
    return _all([entry for entry in entries if not entry.fault]), failed


def prepare_whole(entries: list[Entry], places: Mapping[str, str]) -> list[Prepared]:
    """All of these entries, each of which has an id. In the tenant's scope, where references are looked up.

    `places`: where each fullUrl leads. Raises RecordsError, with an expression, for the first that is not good.
    """
    finder = Finder(bundles.identifiers(entries))
    for entry in entries:
        try:
            _check(entry, places, finder)
        except RecordsError as error:
            raise within(entry, error) from None
    return _all(entries)


def within(entry: Entry, error: RecordsError) -> RecordsError:
    """The same error, saying where in a bundle it is."""
    if entry.index is not None:
        root, dot, rest = error.expression.partition(".")
        inside = f".resource{dot}{rest}" if root[:1].isupper() or not root else f".{error.expression}"
        error.expression = f"Bundle.entry[{entry.index}]{inside}"
    return error


def _check(entry: Entry, places: Mapping[str, str], finder: bundles.Finder) -> None:
    bundles.resolve(entry, places, finder)
    check(entry.resource)
    name = entry.resource["resourceType"]
    if name == "Binary" and not entry.beside and _names_content(entry.resource):
        where = "Binary.meta.extension"  # else it could lead to the content of a document that is closed
        raise InvalidResource("says what only the server says", expression=where)
    if "id" not in entry.resource:
        raise InvalidResource("has no id", expression=f"{name}.id")
    if name not in DIRECTORY and not patient_id(entry.resource):
        element = KINDS[name].patient[0]
        raise InvalidResource(
            "is about no patient: it refers to none by Patient/id", expression=f"{name}.{element}"
        )


def _names_content(binary: Mapping[str, Any]) -> bool:
    return any(one.get("url") == CONTENT for one in binary.get("meta", {}).get("extension", ()))


def _all(good: list[Entry]) -> list[Prepared]:
    return [_prepared(entry, labels) for entry, labels in zip(good, _labels(good), strict=True)]


def _prepared(entry: Entry, labels: frozenset[str]) -> Prepared:
    resource = entry.resource
    return Prepared(
        entry=entry,
        content=entry.text.encode(),
        type=resource["resourceType"],
        id=resource["id"],
        patient="" if resource["resourceType"] in DIRECTORY else patient_id(resource),
        category=categories.category_of(resource),
        labels=tuple(sorted(labels)),
        span=categories.span_of(resource),
        author=categories.author_of(resource)[:255],
    )


def patient_id(resource: Mapping[str, Any]) -> str:
    """The id of the FHIR Patient, or "" if the resource names none of ours."""
    if resource["resourceType"] == "Patient":
        return str(resource["id"])
    kind, _, rest = categories.patient_of(resource).partition("/")
    return rest.partition("/")[0] if kind == "Patient" else ""


def _labels(entries: Sequence[Entry]) -> list[frozenset[str]]:
    """The labels of each resource, with those of the records that it gives as its reason."""
    reasons = [set(_places(entry.resource)) for entry in entries]
    stored = storage.labels(set().union(*reasons))
    labels = []
    for entry, places in zip(entries, reasons, strict=True):
        patient = patient_id(entry.resource)
        labels.append(labels_of(entry.resource).union(*(stored.get((*at, patient), ()) for at in places)))
    if any(labels):
        at = [(entry.resource["resourceType"], entry.resource["id"]) for entry in entries]
        _inherit(labels, at, reasons)
    return labels


def _inherit(labels: list[frozenset[str]], places: Sequence[Place], reasons: Sequence[set[Place]]) -> None:
    """Let labels travel within a bundle, where several entries may be versions of one record."""
    at: dict[Place, list[int]] = {}
    for index, place in enumerate(places):
        at.setdefault(place, []).append(index)
    targets = [[index for reason in those for index in at.get(reason, ())] for those in reasons]
    changed = True
    while changed:  # labels only grow, so this ends
        changed = False
        for index, those in enumerate(targets):
            grown = labels[index].union(*(labels[target] for target in those))
            changed, labels[index] = changed or grown != labels[index], grown


def _places(resource: Mapping[str, Any]) -> Iterator[Place]:
    """Where each reason stands."""
    for reference in _reasons(resource):
        if match := _PLACE.search(reference.partition("#")[0]):
            yield match[1], match[2]


def _reasons(value: Any, *, within: bool = False) -> Iterator[str]:
    if isinstance(value, Mapping):
        if within and isinstance(value.get("reference"), str):
            yield value["reference"]
        for key, child in value.items():
            if isinstance(child, list | Mapping):
                yield from _reasons(child, within=key in _REASONS)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for child in value:
            yield from _reasons(child, within=within)


class Finder:
    """Where a conditional reference leads: first within the bundle, then in what is stored of the directory."""

    def __init__(self, within: Mapping[tuple[str, str, str], str]) -> None:
        self._places = dict(within)

    def __call__(self, kind: str, parameter: str, value: str) -> str:
        wanted = (kind, parameter, value)
        if wanted not in self._places:
            self._places[wanted] = self._stored(*wanted)
        return self._places[wanted]

    def _stored(self, kind: str, parameter: str, value: str) -> str:
        searched_by_tenant = kind == "Patient" or (kind in KINDS and KINDS[kind].directory)
        if parameter != "identifier" or not value or not searched_by_tenant:
            return ""
        tenant: UUID = current_tenant()
        token = digest(key_for(kind, tenant=tenant, person=None), kind, parameter, value)
        found = storage.found_by_all([token], 2)
        return "/".join(found[0]) if len(found) == 1 else ""
