"""What a decision is asked about, and what it answers. Plain values; no framework, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from consent import instants

Layer = Literal["law", "emergency", "contract", "base", "engine"]
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class AccessRequest:
    """Who asks for whose records at which custodian, acting how, to do what, why.

    `role` is the one acted in (`clinician`, `patient`, `guardian`, `application`, ...), `strong` whether the log-in
    was strong enough for contracts that ask for that, `is_self` whether the records are the actor's own. `teams` and
    `groups`: the care teams of the actor and the groups of the organisation; `open`: what is open between the patient
    and that organisation (`vocabulary.EVENTS`). The services find these three where a contract asks for them.
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
    teams: frozenset[UUID] = frozenset()
    groups: frozenset[UUID] = frozenset()
    open: frozenset[str] = frozenset()


class Particulars(NamedTuple):
    """What tells a record from others of its kind and labels, where a contract in force asks for it.

    `author` None: not known, "": somebody whom no contract names. `dates` in microseconds, half-open.
    """

    reference: str = ""
    linked: frozenset[str] = frozenset()
    refers: frozenset[str] = frozenset()
    author: str | None = None
    dates: tuple[int, int] | None = None


ANY = Particulars()


class Group(NamedTuple):
    """Records that no policy in force can tell apart share one decision."""

    type: str
    category: str
    labels: frozenset[str]
    particulars: Particulars = ANY

    @property
    def order(self) -> tuple[Any, ...]:
        """A total order, for evidence that is the same however the records came."""
        told = self.particulars
        return (
            self.type,
            self.category,
            sorted(self.labels),
            told.reference,
            sorted(told.linked),
            sorted(told.refers),
            told.author is not None,
            told.author or "",
            told.dates or (),
        )


@dataclass(frozen=True)
class Distinctions:
    """By what the contracts in force tell records apart, beyond kind and labels: the references that they name.

    `dates`: by their dates, as they name a data period.
    """

    instance: frozenset[str] = frozenset()
    related: frozenset[str] = frozenset()
    dependents: frozenset[str] = frozenset()
    authoredby: frozenset[str] = frozenset()
    dates: bool = False

    def __bool__(self) -> bool:
        return self != NONE

    def __or__(self, other: "Distinctions") -> "Distinctions":
        return Distinctions(
            self.instance | other.instance,
            self.related | other.related,
            self.dependents | other.dependents,
            self.authoredby | other.authoredby,
            self.dates or other.dates,
        )


NONE = Distinctions()


@dataclass(frozen=True)
class ResourceFacts:
    """What a decision may know of a record: its kind, labels and links, never its content.

    `date` and `until` bound what its date covers, half-open. `refers` are the references in it that a contract
    names, `linked` those and the named records that refer to it (`services.distinctions` says which are named).
    """

    type: str
    id: str
    category: str
    labels: frozenset[str]
    date: datetime | None = None
    author: str | None = None
    until: datetime | None = None
    linked: frozenset[str] = frozenset()
    refers: frozenset[str] = frozenset()

    def group(self, told: Distinctions = NONE) -> Group:
        """The group of this record, where contracts tell records apart like this."""
        if told == NONE:
            return Group(self.type, self.category, self.labels)
        return Group(self.type, self.category, self.labels, self._particulars(told))

    def _particulars(self, told: Distinctions) -> Particulars:
        own = f"{self.type}/{self.id}"
        author = self.author if self.author in told.authoredby or self.author is None else ""
        return Particulars(
            reference=own if own in told.instance else "",
            linked=(self.linked | {own}) & told.related,
            refers=(self.refers | {own}) & told.dependents,
            author=author if told.authoredby else None,
            dates=self._dates() if told.dates else None,
        )

    def _dates(self) -> tuple[int, int] | None:
        if self.date is None:
            return None
        until = self.until or self.date + _MICROSECOND
        return instants.microseconds(self.date), instants.microseconds(until)


@dataclass(frozen=True)
class Emergency:
    """An emergency session as the policies see it; half-open. `of_day`, `of_month`: its number among those that the
    clinician opened on that day (UTC) and within 30 days."""

    session: UUID
    actor: UUID
    organisation: UUID
    person: UUID
    starts: datetime
    ends: datetime
    of_day: int = 1
    of_month: int = 1


@dataclass(frozen=True)
class Decision:
    """The answer for one group of records.

    `layer` is the one that decided, `clauses` the ids of the deciding clauses, `contract` and `code_hash` the
    contract that is cited, `ends` the instant from which the answer may differ (for caching), `sentence` a
    reason that the patient understands, `duties` what whoever acts on the answer must do (`notify`, `review`,
    `redisclosure`, `report-back`). `counted`: the use counts against the contract that is cited.
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
    counted: bool = False


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
    told: Distinctions = field(default=NONE)

    def of(self, resource: ResourceFacts) -> Decision:
        """The decision for this record; KeyError if it was not asked about."""
        return self.by_group[resource.group(self.told)]

    @property
    def any_permitted(self) -> bool:
        """Whether anything at all of what was asked about is permitted."""
        return any(decision.permitted for decision in self.by_group.values())
