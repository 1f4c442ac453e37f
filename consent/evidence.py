"""A request in the canonical form that Cedar decides on and the ledger keeps: enough to execute it again.

Facts are only put into form here, never judged: times to microseconds, labels to level and sensitivities, a
missing role to the empty one. Every attribute that the schema requires is present.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from consent import instants
from consent.compiler import COMPILER, SCHEMA_HASH
from consent.facts import ANY, AccessRequest, Emergency, Group, Particulars
from consent.in_force import Counter
from consent.vocabulary import grade

ENGINE = f"cedarpy {version('cedarpy')}"
Uid = dict[str, str]


def context(request: AccessRequest, *, now: int, emergency: Emergency | None) -> dict[str, Any]:
    """The context of every request of one decision. `now` in microseconds since 1970."""
    value: dict[str, Any] = {
        "purpose": request.purpose,
        "role": request.role or "",
        "strong": request.strong,
        "own": request.is_self,
        "now": now,
    }
    if request.open:
        value["open"] = sorted(request.open)
    if emergency is not None:
        value["emergency"] = {
            "actor": {"__entity": uid("User", emergency.actor)},
            "organisation": {"__entity": uid("Organisation", emergency.organisation)},
            "person": {"__entity": uid("Patient", emergency.person)},
            "starts": instants.microseconds(emergency.starts),
            "ends": instants.microseconds(emergency.ends),
        }
    return value


def entities(
    request: AccessRequest, groups: Sequence[Group], counters: Sequence[Counter] = ()
) -> list[dict[str, Any]]:
    """The actor with what it belongs to, one record for each group, named by its position, and the counters."""
    parents = [] if request.organisation is None else [uid("Organisation", request.organisation)]
    for kind, keys in (("Team", request.teams), ("Group", request.groups)):
        parents += [uid(kind, key) for key in sorted(keys)]
    actor = {"uid": uid("User", request.actor), "attrs": {"present": True}, "parents": parents}
    records = [_record(request, position, group) for position, group in enumerate(groups)]
    return [actor, *records, *map(_counter, counters)]


def inputs(
    request: AccessRequest,
    *,
    context: Mapping[str, Any],
    entities: Sequence[Mapping[str, Any]],
    code: Mapping[str, Sequence[str]],
    epoch: int,
) -> dict[str, Any]:
    """What the ledger keeps, as a canonical JSON value. `code`: the ordered hashes in force, by layer."""
    return {
        "v": 1,
        "principal": uid("User", request.actor),
        "action": uid("Action", request.action),
        "context": context,
        "entities": entities,
        "code": code,
        "schema": SCHEMA_HASH,
        "compiler": COMPILER,
        "engine": ENGINE,
        "epoch": epoch,
    }


def uid(kind: str, key: object) -> Uid:
    """A Cedar entity id in its JSON form."""
    return {"type": kind, "id": str(key)}


def _record(request: AccessRequest, position: int, group: Group) -> dict[str, Any]:
    level, borne = grade(group.labels)
    attributes: dict[str, Any] = {
        "present": True,
        "custodian": {"__entity": uid("Organisation", request.custodian)},
        "type": group.type,
        "category": group.category,
        "level": level,
        "sens": list(borne),
        **_particulars(group.particulars),
    }
    return {
        "uid": uid("Record", position),
        "attrs": attributes,
        "parents": [uid("Patient", request.person)],
    }


def _particulars(told: Particulars) -> dict[str, Any]:
    """Only what is known and asked for: what is left out reads as no hit, or for a date or an author as unknown."""
    if told is ANY:
        return {}
    value: dict[str, Any] = {
        "reference": told.reference,
        "linked": sorted(told.linked),
        "refers": sorted(told.refers),
        "author": told.author,
        "dates": {"starts": told.dates[0], "ends": told.dates[1]} if told.dates else None,
    }
    return {name: fact for name, fact in value.items() if fact or (name == "author" and fact is not None)}


def _counter(counter: Counter) -> dict[str, Any]:
    attributes = {"total": counter.total, "today": counter.today}
    return {"uid": uid("Counter", counter.name), "attrs": attributes, "parents": []}
