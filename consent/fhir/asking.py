"""What a decision on FHIR consents is asked, and its canonical form for Cedar. Facts are put into form, not judged."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from consent.evidence import uid
from consent.fhir import codes
from consent.vocabulary import grade


@dataclass(frozen=True)
class Record:
    """A record by its FHIR references. `dates`: what its date covers, half-open, in microseconds (`spans.covered`)."""

    type: str
    id: str
    patient: str
    labels: frozenset[str] = frozenset()
    related: tuple[str, ...] = ()
    author: str | None = None
    dates: tuple[int, int] | None = None
    category: str | None = None

    @property
    def reference(self) -> str:
        """As others point to it."""
        return f"{self.type}/{self.id}"


@dataclass(frozen=True)
class Asked:
    """Who asks, acting for whom and as what, to do what, why, when; None is not known.

    `purpose` is a code of v3-ActReason or `system|code`; `now` in microseconds since 1970. `organisation` None:
    the actor acts for none.
    """

    action: str
    now: int
    record: Record
    actor: str | None = None
    organisation: str | None = None
    groups: tuple[str, ...] = ()
    role: str | None = None
    purpose: str | None = None


def inputs(asked: Asked) -> dict[str, Any]:
    """The request and its two entities, as `consent.engine.execute` takes them."""
    actor = uid("Actor", asked.actor or "")
    context: dict[str, Any] = {"roles": codes.roles_of(asked.role), "now": asked.now}
    if asked.purpose is not None:
        context["purpose"] = _purpose(asked.purpose)
    return {
        "principal": actor,
        "action": uid("Action", asked.action),
        "context": context,
        "entities": [
            {
                "uid": actor,
                "attrs": {"present": True, "identified": asked.actor is not None},
                "parents": [uid("Party", party) for party in _parties(asked)],
            },
            of_record(asked.record),
        ],
    }


def _parties(asked: Asked) -> Collection[str]:
    """Whom a rule may name to reach the actor (rule S9): flat. One who is not identified is nobody's."""
    if asked.actor is None:
        return ()
    acting = () if asked.organisation is None else (asked.organisation,)
    return sorted({asked.actor, *acting, *asked.groups})


def _purpose(purpose: str) -> str:
    return purpose if "|" in purpose else f"{codes.PURPOSE_SYSTEM}|{purpose}"


def of_record(record: Record, position: int = 0) -> dict[str, Any]:
    """The record as an entity, named by its position in the request."""
    level, borne = grade(record.labels)
    attributes: dict[str, Any] = {
        "present": True,
        "type": record.type,
        "reference": record.reference,
        "linked": sorted({record.reference, *record.related}),
        "level": level,
        "sens": list(borne),
    }
    if record.category is not None:
        attributes["category"] = record.category
    if record.author is not None:
        attributes["author"] = record.author
    if record.dates is not None:
        attributes["dates"] = {"starts": record.dates[0], "ends": record.dates[1]}
    return {"uid": uid("Record", position), "attrs": attributes, "parents": [uid("Patient", record.patient)]}
