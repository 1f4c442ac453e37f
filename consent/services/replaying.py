"""Replay the decisions of a log, from the log alone: no table of contracts is asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TextIO
from uuid import UUID

from consent.archive import Archive
from consent.history import LIFE, History, Told
from consent.replay import ACCESS, Decided, Judged, is_decision, judge, lost
from ledger import selectors as ledger
from ledger.audit.finding import Finding
from ledger.scope import tenant_scope
from ledger.selectors import Evidence

TYPES = tuple(dict.fromkeys((*LIFE, *ACCESS)))
PAGE = 250
MOST_FINDINGS = 1000

Progress = Callable[[int, int], None]
"""Called with the number of entries of the log that were passed, and of all that will be."""


@dataclass
class Replayed:
    """The count of a replay. `findings` holds the first thousand; `unreplayable`: nothing can be said, as of what was
    erased, or of a contract whose passkey no entry had told of."""

    since: int
    until: int
    same: int = 0
    differs: int = 0
    unreplayable: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def decisions(self) -> int:
        return self.same + self.differs + self.unreplayable

    @property
    def holds(self) -> bool:
        """Whether every decision that can be executed again comes out the same."""
        return self.differs == 0


def replay(
    *,
    tenant: UUID,
    since: int = 0,
    until: int | None = None,
    progress: Progress = lambda done, size: None,
    archive: TextIO | None = None,
) -> Replayed:
    """Execute every decision with an index from `since` up to before `until` again; opens the tenant's scope itself.

    What was in force is rebuilt from the life-cycle entries before each of them. `archive`: where to write, as JSON
    lines, all that another engine needs to do the same; it may hold clinical labels. Raises LedgerError.
    """
    with tenant_scope(tenant):
        log = ledger.log_status()
    end = log.entries if until is None else min(until, log.entries)
    found, history = Replayed(since, end), History(log.origin)
    written = Archive(archive, history) if archive is not None else None
    for entry in _entries(tenant, end, progress):
        told = Told(entry.index, entry.type, entry.subject, entry.audit, entry.inputs)
        history.take(told)
        if entry.index >= since and (judged := _judged(entry, history)):
            _count(found, judged)
            if written and entry.inputs is not None:
                written.take(entry.index, entry.subject, entry.inputs)
    return found


def _entries(tenant: UUID, end: int, progress: Progress) -> Iterator[Evidence]:
    """Page by page, each in a transaction of its own: what is written meanwhile comes behind the end."""
    place = 0
    while place < end:
        with tenant_scope(tenant):
            page = ledger.evidence(types=TYPES, since=place, until=end, limit=PAGE)
        yield from page
        place = page[-1].index + 1 if len(page) == PAGE else end
        progress(place, end)


def _judged(entry: Evidence, history: History) -> Judged | None:
    """None: no decision is told of here."""
    if entry.type not in ACCESS:
        return None
    decided = Decided(entry.index, entry.subject, entry.audit, entry.inputs)
    if entry.state == "altered":
        altered = Finding("entry-altered", "The entry does not open as it was sealed.", entry.index)
        return Judged("differs", altered)
    if entry.state == "erased":
        return lost(decided, "The evidence was erased.") if is_decision(entry.type, decided) else None
    return judge(decided, history) if is_decision(entry.type, decided) else None


def _count(found: Replayed, judged: Judged) -> None:
    setattr(found, judged.outcome, getattr(found, judged.outcome) + 1)
    if judged.finding is not None and len(found.findings) < MOST_FINDINGS:
        found.findings.append(judged.finding)
