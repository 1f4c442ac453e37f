"""Labels travel along references: a record bears those of the records that it gives as its reason.

It inherits from those of the same bundle, and from those that are stored of the same person. Labels are settled when a
version is stored. A reason that is nowhere to be found (it comes in a later file, or is kept elsewhere) adds none, and
one that is labelled later does not reach back: such a record bears only the labels of its own codes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.records import storage
from portal.records.bundles import Entry
from portal.records.elements import objects
from portal.records.labels import labels_of
from portal.records.subjects import patient_id

Place = tuple[str, str]  # type and id

# The elements by which a record gives another one as its reason or its content: labels travel along them.
_REASONS_TEXT = """
reasonReference prescription diagnosisReference procedureReference addresses basedOn result
referral hasMember derivedFrom condition claim request authorizingPrescription partOf
"""

_REASONS = frozenset(_REASONS_TEXT.split())

# `Type/id` in a reference, whatever server or version of it is named.
_PLACE = re.compile(r"(?:\A|/)([A-Z][A-Za-z]{0,63})/([A-Za-z0-9\-.]{1,64})(?:/_history/[^/]*)?\Z")


def inherited_labels(entries: Sequence[Entry]) -> list[frozenset[str]]:
    """The labels of each resource, with those of the records that it gives as its reason."""
    reasons = [set(_places(entry.resource)) for entry in entries]
    stored = storage.labels(set().union(*reasons))
    labels = []
    for entry, places in zip(entries, reasons, strict=True):
        patient = patient_id(entry)
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


def _reasons(resource: Mapping[str, Any]) -> Iterator[str]:
    for one in objects(resource):
        for name in _REASONS & one.keys():
            given = one[name]
            for reason in given if isinstance(given, list) else [given]:
                if isinstance(reason, dict) and isinstance(reason.get("reference"), str):
                    yield reason["reference"]
