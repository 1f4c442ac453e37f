"""What somebody asks to be done to a record, and what became of it. Plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Literal

from consent.facts import Decision
from ledger.promise import SignedPromise
from portal.records.bundles import Entry
from portal.records.chunks import Content

Verb = Literal["create", "update", "delete"]
Place = tuple[str, str]  # type and id


@dataclass(frozen=True)
class Change:
    """One record to be written. `entry` is its text, None for a deletion.

    `expected`: the version that it must have now (If-Match). `condition`: a search that one record may fit. A create
    does nothing then (If-None-Exist), an update or deletion is one of that record; if none fits, an update creates.
    """

    verb: Verb
    type: str
    id: str
    entry: Entry | None = None
    expected: int | None = None
    condition: Mapping[str, Sequence[str]] | None = None
    content: tuple[Content, BinaryIO] | None = None  # what stands beside the record

    @property
    def place(self) -> Place:
        return self.type, self.id


@dataclass(frozen=True)
class Warned:
    """What was stored as it was sent, and may be a mistake. `expression` is a FHIRPath to the element."""

    code: str
    sentence: str
    expression: str


@dataclass(frozen=True)
class Written:
    """A record as it is after a write. `content` is the exact bytes that are stored; empty after a deletion.
    `version` 0: a conditional deletion that no record fitted.

    `outcome` is "created", "updated", "deleted", or "found" where a conditional create found one and did nothing.
    Without decision it is from the directory. `promise` is that of the entry, None only for what was found in the
    directory, which nobody is asked about. `warnings` hinder nothing.
    """

    type: str
    id: str
    version: int
    outcome: Literal["created", "updated", "deleted", "found"]
    updated: datetime
    content: bytes
    decision: Decision | None
    promise: SignedPromise | None
    warnings: tuple[Warned, ...] = ()
