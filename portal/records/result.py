"""What a search answers."""

from dataclasses import dataclass, field

from consent.facts import Decision
from ledger.promise import SignedPromise
from portal.records.opening import Record


@dataclass(frozen=True)
class SearchResult:
    """One page. What is withheld is neither in it nor counted. `cursor` leads to the next page, if there is one;
    `included` came along by `_include` and `_revinclude`; `total` is how many fit, if that was asked for."""

    records: list[Record]
    cursor: str | None = None
    decision: Decision | None = None
    promise: SignedPromise | None = None
    included: list[Record] = field(default_factory=list)
    total: int | None = None
