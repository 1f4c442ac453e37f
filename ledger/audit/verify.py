"""Verifying a tenant's stored log from its first entry to its last, and saying where it breaks first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from ledger.audit.chain import Chain
from ledger.audit.erasures import check_erasures
from ledger.audit.finding import Finding
from ledger.audit.heads import Heads
from ledger.audit.keys import KeyHistory
from ledger.audit.mapping import check_nothing_else
from ledger.audit.outside import Outside, anchors_of
from ledger.audit.pieces import Piece, Walk, spans, walk
from ledger.audit.resuming import Verified
from ledger.audit.roots import SignedRoots
from ledger.audit.snapshot import Snapshot, open_snapshot
from ledger.audit.submissions import PATIENCE, check_promise, check_submissions
from ledger.audit.tail import check_heads, check_state
from ledger.audit.tiles import StoredTiles
from ledger.checkpoint import Checkpoint
from ledger.errors import SealError, TreeBroken
from ledger.logs import Public, public_log
from ledger.registry import verifiers
from ledger.tree import Frontier

SIZE = "SELECT COALESCE(max(index), -1) + 1 FROM ledger_entry WHERE tenant_id = %s"

Progress = Callable[[int, int], None]
"""Called with the number of entries done, and of all."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found of one log; `finding` is None if it holds. `sources` are the outside checkpoints met."""

    public: Public | None
    size: int
    root: bytes
    checkpoints: int
    sources: tuple[str, ...]
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verifier brings along: promises it was given, and checkpoints it kept (signed notes).

    `bodies` False leaves the bodies sealed: that they were not changed is still proved, but not that they open.
    `processes` walk a long log side by side; more than one need a process that may have children.
    `stands` is True of a log that takes and sequences nothing: what waits in it may wait for long.
    `since` is a checkpoint up to which the log was verified before: only what came after it is looked at again.
    """

    promises: Sequence[str] = ()
    checkpoints: Sequence[bytes] = ()
    bodies: bool = True
    processes: int = 1
    stands: bool = False
    since: Checkpoint | None = None
    progress: Progress = field(default=lambda done, size: None)


def verify_log(tenant: UUID, evidence: Evidence) -> Report:
    """Recompute everything; stops at the first break. Raises FormatError if the evidence is malformed."""
    try:
        public = public_log(tenant)
        # What was signed is read before what is stored, so that a log that grows meanwhile is not called short.
        outside = anchors_of(public, evidence.checkpoints)
    except SealError:
        sentence = "The names or keys that the log publishes are not those that this node gave it."
        return Report(None, 0, b"", 0, (), Finding("log-changed", sentence))
    with open_snapshot(tenant) as snapshot:
        try:
            return _Walk(snapshot, public, outside, evidence).report()
        except TreeBroken as error:  # of what was verified before
            return Report(public, 0, b"", 0, (), Finding("verified-part-changed", str(error)))


class _Walk:
    """One pass over the pieces of the log in their order, then what can only be said at the end."""

    def __init__(self, snapshot: Snapshot, public: Public, outside: Outside, evidence: Evidence) -> None:
        self._snapshot, self._public, self._outside, self._evidence = snapshot, public, outside, evidence
        self._now = datetime.now(UTC)
        self._keys, self._heads = KeyHistory(snapshot, public), Heads(snapshot)
        self._verified: Verified | None = None
        self._chain, self._frontier, self._tiles = Chain(public.origin), Frontier(), StoredTiles(snapshot)
        self._roots = SignedRoots(snapshot, self._keys, outside.anchors)
        if evidence.since:
            self._resume(Verified(snapshot, evidence.since))

    def _resume(self, verified: Verified) -> None:
        """Go on from there. What the log committed of persons' chains needs all of them, and is left out."""
        size = verified.checkpoint.size
        later = [anchor for anchor in self._outside.anchors if anchor.size > size]
        for anchor in set(self._outside.anchors) - set(later):
            if verified.contradicts(anchor.size, anchor.root):
                raise TreeBroken(f"{anchor.source} of {anchor.size} entries has another root than the tree.")
        self._verified, self._frontier = verified, verified.frontier
        self._chain = Chain(self._public.origin, verified.start())
        self._tiles = StoredTiles(self._snapshot, size, verified.tree)
        self._heads.leave_out()
        self._roots = SignedRoots(self._snapshot, self._keys, later, after=size)

    def report(self) -> Report:
        finding = self._outside.fault or self._keys.fault or self._entries() or self._end() or self._above()
        return Report(
            public=self._public,
            size=self._chain.size,
            root=self._frontier.root(),
            checkpoints=self._roots.checked,
            sources=tuple(anchor.source for anchor in self._outside.anchors),
            finding=finding,
        )

    def _entries(self) -> Finding | None:
        ((size,),) = self._snapshot.rows(SIZE)
        if size < self._chain.size:
            return Finding(
                "entries-missing", f"{self._chain.size} entries were verified; {size} are left.", size
            )
        if finding := self._heads.compare(self._chain):  # what was claimed of the empty log
            return finding
        how = Walk(self._public.origin, self._evidence.bodies, self._evidence.processes)
        for piece in walk(self._snapshot, self._chain, spans(self._chain.size, size, self._heads.sizes), how):
            finding = self._join(piece) or self._heads.compare(self._chain)
            if finding:
                return finding
            self._evidence.progress(self._chain.size, size)
        return self._verified.recall(self._chain.believed) if self._verified else None

    def _join(self, piece: Piece) -> Finding | None:
        # An exact place comes first: a root only says that something before it is different.
        return self._chain.join(piece.chain) or piece.finding or self._grow(piece.chain.hashes)

    def _grow(self, hashes: Sequence[bytes]) -> Finding | None:
        """Add leaf hashes to the tree, stopping at each size for which somebody signed a root."""
        at = 0
        while at < len(hashes):
            stop = self._roots.next_size
            end = len(hashes) if stop is None else at + max(stop - self._frontier.size, 1)
            piece = hashes[at:end]
            finding = self._tiles.take(piece, self._frontier.extend(piece))
            finding = finding or self._roots.compare(self._frontier.size, self._frontier.root())
            if finding:
                return finding
            at = end
        return None

    def _end(self) -> Finding | None:
        """In the order in which they tell most: what is missing, then what is too much."""
        size = self._chain.size
        return (
            self._roots.end(size)
            or check_state(self._snapshot, self._chain, self._frontier)
            or check_heads(self._snapshot, self._chain)
            or check_nothing_else(self._snapshot, size)
            or self._tiles.end()
            or check_submissions(self._snapshot, None if self._evidence.stands else self._now - PATIENCE)
            or check_erasures(self._snapshot)
        )

    def _above(self) -> Finding | None:
        """Promises to keep, and what the apps above compare with the entries."""
        for header in self._evidence.promises:
            finding = check_promise(self._snapshot, header, self._public.promise_vkey, self._now)
            if finding:
                return finding
        for verifier in verifiers():
            for finding in verifier(self._snapshot.tenant):
                return finding
        return None
