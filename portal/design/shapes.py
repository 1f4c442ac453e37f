"""What the components are given: plain values, made by the faces from what their services return.

A field that ends in `_url` is shown only if it is set, so a page never offers what cannot be done. Words such as
"lab results" or "your treatment" come translated; times are aware; identifiers are strings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

LinkKind = Literal["seen", "wrote", "refused", "emergency", "shared", "stopped", "asked"]
LinkState = Literal["open", "pending", "sealed", "broken"]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One thing that was opened during a visit; `times` in a row, the last of them at `time`."""

    time: datetime
    what: str
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class Link:
    """One visit (or other event) in the thread of a person's chain."""

    entry: str  # the submission's id: the live list drops a link that it already shows
    who: str
    time: datetime
    kind: LinkKind = "seen"
    state: LinkState = "sealed"
    role: str = ""
    place: str = ""
    until: datetime | None = None
    parts: Sequence[str] = ()  # the parts of the record: "lab results", "medicines"
    purpose: str = ""  # "your treatment"
    sentence: str = ""  # said instead of the sentence composed from kind, parts and purpose
    reason: str = ""  # what the reader wrote, in an emergency
    basis: str = ""  # "your contract of 1 March 2026"
    basis_url: str = ""
    automated: bool = False
    number: int | None = None  # index in the tenant's log, once sequenced
    opened: Sequence[Opened] = ()
    url: str = ""
    receipt_url: str = ""
    question_url: str = ""  # "I don't recognise this"
    asked: str = ""  # how a question about it stands: "Being looked at"
    asked_tone: str = ""
    asked_url: str = ""
    stop_url: str = ""  # the contract that allows an open visit

    @property
    def things(self) -> int:
        """How many things were opened."""
        return sum(each.times for each in self.opened)


@dataclass(frozen=True, kw_only=True)
class Day:
    """A heading in the thread and the links under it."""

    name: str  # "Today", "Yesterday", "November 2026"
    links: Sequence[Link]


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A part of a contract's sentence; `clause` joins it to the line of code that says the same."""

    text: str
    strong: bool = False
    clause: int | None = None


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A contract as the patient reads it. `phrases` is the sentence in parts; `sentence` the whole of it."""

    id: str
    grantee: str  # "Dr Jonas Okafor" or "Riverside Family Practice"
    sentence: str
    phrases: Sequence[Phrase] = ()
    state: Literal["active", "planned", "waiting", "paused", "ended", "stopped"] = "active"
    signed: str = ""  # "You signed this with your passkey on 1 March 2026."
    used: int | None = None
    ends: datetime | None = None
    days_left: int | None = None  # set when it ends within 30 days
    live: bool = False  # somebody is using it now
    code: str = ""
    code_hash: str = ""
    link_number: int | None = None
    url: str = ""
    stop_url: str = ""
    resume_url: str = ""
    change_url: str = ""
    download_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something that waits for an answer. `tone`: "needs" or "alarm"."""

    title: str
    detail: str
    url: str
    icon: str = "user-round-key"
    tone: Literal["needs", "alarm"] = "needs"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of a list of facts, or of answers to check when `change_url` is set."""

    name: str
    value: str = ""
    detail: str = ""
    fingerprint: str = ""  # hexadecimal, drawn in groups of eight
    url: str = ""  # the value is a link
    change_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the record: a category with how many entries it holds (None: not said; `more`: or more than these)."""

    slug: str
    name: str
    count: int | None = None
    url: str = ""
    here: bool = False
    fresh: int = 0
    more: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry of the record in a list."""

    title: str
    detail: str = ""
    day: date | None = None
    value: str = ""
    unit: str = ""
    flag: str = ""  # "High", "Severe"
    tone: Literal["", "needs", "alarm"] = ""
    place: str = ""
    url: str = ""
    seen_url: str = ""  # "Who has seen this"
    error_url: str = ""  # "Report an error"
    asked: str = ""  # how a correction stands: "Being looked at"
    asked_tone: str = ""
    asked_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that a verification looked at."""

    says: str
    state: Literal["holds", "bad", "wait", "turn"] = "holds"
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """One figure of a status line."""

    name: str
    value: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A measurement with its history, for a row with a spark: values oldest first."""

    name: str
    value: str
    unit: str
    day: date
    history: Sequence[float] = field(default_factory=tuple)
    low: float | None = None
    high: float | None = None
    flag: str = ""
    url: str = ""
