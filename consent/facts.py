"""What a decision is asked about, and what it answers. Plain values; no framework, no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Layer = Literal["law", "emergency", "contract", "base", "engine"]
Group = tuple[str, str, frozenset[str]]


@dataclass(frozen=True)
class AccessRequest:
    """Who asks for whose records at which custodian, acting how, to do what, why.

    `role` is the one acted in (`clinician`, `patient`, `guardian`, ...), `strong` whether the log-in was
    strong enough for contracts that ask for that, `is_self` whether the records are the actor's own.
    """

    actor: UUID
    person: UUID
    custodian: UUID
    organisation: UUID | None
    role: str | None
    action: str
    purpose: str
    strong: bool
    is_self: bool


@dataclass(frozen=True)
class ResourceFacts:
    """What a decision may know of a record: its kind and labels, never its content."""

    type: str
    id: str
    category: str
    labels: frozenset[str]
    date: datetime | None = None
    author: str | None = None

    @property
    def group(self) -> Group:
        """Records that no policy can tell apart share one decision."""
        return (self.type, self.category, self.labels)


@dataclass(frozen=True)
class Emergency:
    """An emergency session as the policies see it; half-open."""

    session: UUID
    actor: UUID
    organisation: UUID
    person: UUID
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Decision:
    """The answer for one group of records.

    `layer` is the one that decided, `clauses` the ids of the deciding clauses, `contract` and `code_hash` the
    contract that is cited, `ends` the instant from which the answer may differ (for caching), `sentence` a
    reason that the patient understands, `duties` what whoever acts on the answer must do.
    """

    permitted: bool
    layer: Layer
    code: str
    sentence: str
    clauses: tuple[str, ...] = ()
    contract: UUID | None = None
    code_hash: str | None = None
    ends: datetime | None = None
    duties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decisions:
    """One decision for each distinct group of records, and the evidence that re-executes them.

    `by_resource` is keyed by (type, id). `inputs` is the canonical JSON value of the request, the entities and
    the code that ran; it goes into the sealed part of the ledger entry. `at` is the instant decided for.
    """

    at: datetime
    by_group: Mapping[Group, Decision]
    by_resource: Mapping[tuple[str, str], Decision]
    inputs: Mapping[str, Any]

    def of(self, resource: ResourceFacts) -> Decision:
        """The decision for this record; KeyError if it was not asked about."""
        return self.by_group[resource.group]

    @property
    def any_permitted(self) -> bool:
        """Whether anything at all of what was asked about is permitted."""
        return any(decision.permitted for decision in self.by_group.values())
