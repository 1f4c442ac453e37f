"""Whose record it is: the Patient whom a resource refers to, or whom its sender names where it only contains one.

A contained Patient is nobody who is registered: her contracts could not be asked. So the sender says who she is here
(`Entry.about`), and what the contained one says of herself must not speak against it.
"""

from collections.abc import Mapping
from typing import Any

from portal.records import categories
from portal.records.bundles import Entry
from portal.records.errors import InvalidResource
from portal.records.index import folded
from portal.records.kinds import KINDS
from portal.records.primitives import ID

Resource = Mapping[str, Any]
HEADER = "X-Security-Context"
_COMPARED = ("identifier", "name", "gender", "birthDate")


def patient_id(entry: Entry) -> str:
    """The id of the FHIR Patient whose record it is, or "" where nobody says so."""
    resource = entry.resource
    if resource["resourceType"] == "Patient":
        return id_or_nothing(resource.get("id"))
    if contained(resource) is not None:
        return entry.about
    kind, _, rest = categories.patient_of(resource).partition("/")
    return id_or_nothing(rest.partition("/")[0]) if kind == "Patient" else ""


def id_or_nothing(value: Any) -> str:
    """An id as it is; "" for what can be none, so that nobody is looked for by it."""
    return value if isinstance(value, str) and ID.match(value) else ""


def contained(resource: Resource) -> tuple[int, Resource] | None:
    """The Patient whom a resource contains as the one that it is about, and her place among what it contains."""
    reference = categories.patient_of(resource) if resource["resourceType"] != "Patient" else ""
    held = resource.get("contained")
    if reference.startswith("#") and isinstance(held, list):  # it is asked before anything is validated, too
        for index, one in enumerate(held):
            if isinstance(one, dict) and (one.get("resourceType"), one.get("id")) == (
                "Patient",
                reference[1:],
            ):
                return index, one
    return None


def check(entry: Entry) -> None:
    """Raise InvalidResource where it is not clear whose record it is."""
    name = entry.resource["resourceType"]
    where = f"{name}.{KINDS[name].patient[0]}" if KINDS[name].patient else f"{name}.id"
    found = patient_id(entry)
    if entry.about and found != entry.about:
        raise InvalidResource(f"names another patient than {HEADER} does", expression=where)
    if not found and contained(entry.resource):
        sentence = f"is about a Patient whom it contains. Say who of ours she is: {HEADER}: Patient/<id>"
        raise InvalidResource(sentence, expression=where)
    if not found:
        raise InvalidResource("is about no patient: it refers to none by Patient/id", expression=where)


def says_who(patient: Resource) -> bool:
    """Whether a contained Patient says anything by which she could be told from others."""
    return any(name in patient for name in _COMPARED)


def contradicts(patient: Resource, registered: Resource) -> bool:
    """Whether what a contained Patient says of herself is not true of the one who is registered."""
    return (
        _other_identifiers(patient, registered)
        or _other(patient, registered, "birthDate")
        or _other(patient, registered, "gender")
        or _other_names(patient, registered)
    )


def _other_identifiers(one: Resource, other: Resource) -> bool:
    """Whether both have identifiers of one system, and none of them is the same."""
    ours, theirs = _identifiers(one), _identifiers(other)
    shared = {system for system, _ in ours} & {system for system, _ in theirs}
    return any({pair for pair in ours if pair[0] == system}.isdisjoint(theirs) for system in shared)


def _identifiers(patient: Resource) -> set[tuple[str, str]]:
    found = patient.get("identifier", ())
    return {(each["system"], each["value"]) for each in found if "system" in each and "value" in each}


def _other(one: Resource, other: Resource, element: str) -> bool:
    """A birth date may be less exact on one side."""
    ours, theirs = str(one.get(element, "")), str(other.get(element, ""))
    if element == "gender" and "unknown" in (ours, theirs):
        return False
    return bool(ours and theirs) and not (ours.startswith(theirs) or theirs.startswith(ours))


def _other_names(one: Resource, other: Resource) -> bool:
    """People change their names; whoever shares no word of them is somebody else."""
    ours, theirs = _words(one), _words(other)
    return bool(ours and theirs) and ours.isdisjoint(theirs)


def _words(patient: Resource) -> set[str]:
    words: set[str] = set()
    for name in patient.get("name", ()):
        for text in (*name.get("given", ()), name.get("family", ""), name.get("text", "")):
            words |= set(folded(text).split())
    return words
