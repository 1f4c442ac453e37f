"""Decision cases from files: which consents, who asks for what, and what the answer should be."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consent.errors import CasesMalformed, ConsentMalformed, ConsentNotRead
from consent.fhir import elements, spans
from consent.fhir.asking import Asked, Record
from consent.fhir.compiling import compile_consent
from consent.policy_sets import Code

DECISIONS = ("permit", "deny")


@dataclass(frozen=True)
class Case:
    """One case. `expected` is None if the file does not say it."""

    id: str
    consents: tuple[str, ...]
    asked: Asked
    expected: str | None
    why: str


@dataclass(frozen=True)
class Refused:
    """A consent that was refused when it was read; `why` names its file and what stands in the way."""

    why: str


def read_cases(path: Path) -> list[Case]:
    """The cases of a file, in its order. Raises CasesMalformed with the first thing that is wrong."""
    try:
        listed = elements.parse(path.read_bytes())
    except OSError as error:
        raise CasesMalformed(f"{path} cannot be read: {error.strerror}.") from error
    except ConsentMalformed as error:
        raise CasesMalformed(f"{path} is not JSON in UTF-8 with each name once.") from error
    if not isinstance(listed, list):
        raise CasesMalformed(f"{path} must hold a list of cases.")
    return [read_case(value, f"{path}, case {number}") for number, value in enumerate(listed, 1)]


def read_consent(folder: Path, name: str) -> Code | Refused:
    """The compiled consent of that file name. Raises CasesMalformed if there is no such file."""
    path = folder / name
    if path.name != name or name in {".", ".."} or not name.isprintable():
        raise CasesMalformed(f"{elements.shown(name)} is not the name of a file in {folder}.")
    try:
        return compile_consent(elements.parse(path.read_bytes()))
    except OSError as error:
        raise CasesMalformed(f"{path} cannot be read: {error.strerror}.") from error
    except ConsentNotRead as error:
        return Refused(f"{path}: {error}")


def read_case(value: Any, where: str) -> Case:
    """One case from its JSON value; `where` says in a sentence where it stands. Raises CasesMalformed."""
    found = _object(value, where)
    name = _text(found, "id", where)
    where = f"{where} ({elements.shown(name)})"
    expected = _fact(found, "expected", where)
    if expected is not None and expected not in DECISIONS:
        raise CasesMalformed(f"{where}: expected must be permit or deny.")
    if found.get("base_policy", "deny") != "deny":
        raise CasesMalformed(f"{where}: the only base_policy here is deny.")
    if "consents" not in found:
        raise CasesMalformed(f"{where}: consents is missing.")
    return Case(
        id=name,
        consents=_texts(found, "consents", where),
        asked=_asked(_object(found.get("request"), f"{where}, request"), where),
        expected=expected,
        why=_fact(found, "why", where) or "",
    )


def _asked(found: Mapping[str, Any], where: str) -> Asked:
    try:
        now = spans.instant(_text(found, "now", where))
    except ValueError as error:
        raise CasesMalformed(f"{where}: now must be a FHIR dateTime with a time.") from error
    return Asked(
        action=_text(found, "action", where),
        now=now,
        record=_record(_object(found.get("resource"), f"{where}, resource"), where),
        actor=_fact(found, "actor_reference", where),
        organisation=_fact(found, "actor_organization", where),
        groups=_texts(found, "actor_groups", where),
        role=_fact(found, "actor_role", where),
        purpose=_fact(found, "purpose", where),
    )


def _record(found: Mapping[str, Any], where: str) -> Record:
    dated = _fact(found, "date", where)
    try:
        dates = spans.covered(dated, zone_needed=False) if dated is not None else None
    except ValueError as error:
        raise CasesMalformed(f"{where}: date must be a FHIR dateTime.") from error
    return Record(
        type=_text(found, "resourceType", where),
        id=_text(found, "id", where),
        patient=_text(found, "patient", where),
        labels=frozenset(_texts(found, "securityLabels", where)),
        related=_texts(found, "related", where),
        author=_fact(found, "authored_by", where),
        dates=dates,
    )


def _object(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise CasesMalformed(f"{where} must be an object.")
    return value


def _text(found: Mapping[str, Any], name: str, where: str) -> str:
    value = _fact(found, name, where)
    if value is None:
        raise CasesMalformed(f"{where}: {name} is missing.")
    return value


def _fact(found: Mapping[str, Any], name: str, where: str) -> str | None:
    """A fact that may be missing; an empty one is a mistake rather than a missing one."""
    value = found.get(name)
    if value is not None and (not isinstance(value, str) or not value):
        raise CasesMalformed(f"{where}: {name} must be a string that is not empty.")
    return value


def _texts(found: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """A list of strings; absent, it is empty."""
    values = found.get(name)
    if values is None:
        return ()
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise CasesMalformed(f"{where}: {name} must be a list of strings.")
    return tuple(values)
