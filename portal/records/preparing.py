"""From the text of a bundle to resources that are ready to be stored, and what is wrong with the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger.scope import current_tenant
from portal.records import categories, references, storage, subjects
from portal.records.bundles import Entry
from portal.records.chunks import CONTENT
from portal.records.dates import Span
from portal.records.errors import InvalidResource, RecordsError
from portal.records.index import digest, key_for
from portal.records.kinds import DIRECTORY, KINDS
from portal.records.reasons import inherited_labels
from portal.records.validation import check


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
    places = references.identify(entries)
    finder = Finder(references.identifiers(entries))
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
    finder = Finder(references.identifiers(entries))
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


def _check(entry: Entry, places: Mapping[str, str], finder: references.Finder) -> None:
    references.resolve(entry, places, finder)
    check(entry.resource)
    name = entry.resource["resourceType"]
    if name == "Binary" and not entry.beside and _names_content(entry.resource):
        where = "Binary.meta.extension"  # else it could lead to the content of a document that is closed
        raise InvalidResource("says what only the server says", expression=where)
    if "id" not in entry.resource:
        raise InvalidResource("has no id", expression=f"{name}.id")
    if name not in DIRECTORY:
        subjects.check(entry)


def _names_content(binary: Mapping[str, Any]) -> bool:
    return any(one.get("url") == CONTENT for one in binary.get("meta", {}).get("extension", ()))


def _all(good: list[Entry]) -> list[Prepared]:
    return [_prepared(entry, labels) for entry, labels in zip(good, inherited_labels(good), strict=True)]


def _prepared(entry: Entry, labels: frozenset[str]) -> Prepared:
    resource = entry.resource
    return Prepared(
        entry=entry,
        content=entry.text.encode(),
        type=resource["resourceType"],
        id=resource["id"],
        patient="" if resource["resourceType"] in DIRECTORY else subjects.patient_id(entry),
        category=categories.category_of(resource),
        labels=tuple(sorted(labels)),
        span=categories.span_of(resource),
        author=categories.author_of(resource)[:255],
    )


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
