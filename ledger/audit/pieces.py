"""Pieces of a log, walked one after the other or side by side in several processes, and joined in their order."""

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC
from itertools import chain as one_after_other
from itertools import pairwise

from ledger.audit import worker
from ledger.audit.chain import Chain, Start
from ledger.audit.finding import Finding
from ledger.audit.mapping import check_mapping
from ledger.audit.seals import Seals
from ledger.audit.snapshot import Snapshot
from ledger.hashing import sha256

LENGTH = 8_192
"""Entries of a piece: enough to be worth a process's while, few enough that progress is seen."""

BEFORE = "SELECT leaf_hash, time FROM ledger_entry WHERE tenant_id = %s AND index = %s"


@dataclass(frozen=True, slots=True)
class Piece:
    """The chain from `chain.start` to its end, and the first break within it."""

    chain: Chain
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Walk:
    """How to walk: `origin` of the log, whether to open `bodies`, and how many `processes` do it."""

    origin: str
    bodies: bool
    processes: int = 1


Span = tuple[int, int]


def spans(start: int, size: int, stops: Iterable[int]) -> list[Span]:
    """From `start` to `size`, cut at every LENGTH and at every one of `stops`."""
    inner = {*range(start - start % LENGTH, size, LENGTH), *stops}
    return list(pairwise([start, *sorted(stop for stop in inner if start < stop < size), size]))


def walk(snapshot: Snapshot, chain: Chain, cut: Sequence[Span], how: Walk) -> Iterator[Piece]:
    """The pieces in their order, each to be joined to `chain`. One process walks it on, several begin in its middle."""
    if how.processes > 1 and len(cut) > how.processes:
        yield from _side_by_side(snapshot, cut, how)
        return
    seals = Seals(snapshot.tenant)
    for span in cut:
        chain.hashes.clear()
        yield Piece(chain, _walk_on(snapshot, chain, span, seals if how.bodies else None))


def walk_piece(snapshot: Snapshot, span: Span, how: Walk, seals: Seals) -> Piece:
    chain = Chain(how.origin, _start(snapshot, span[0]))
    return Piece(chain, _walk_on(snapshot, chain, span, seals if how.bodies else None))


def _walk_on(snapshot: Snapshot, chain: Chain, span: Span, seals: Seals | None) -> Finding | None:
    """Several checks beside each other; the chain's own stops at its first break."""
    for rows, after in pairwise(one_after_other(snapshot.entries(*span), [[]])):
        digests = [sha256(row.body) for row in rows]
        found = [
            chain.take(rows, digests, after[:1]),
            check_mapping(rows, digests),
            seals.take(rows) if seals else None,
        ]
        if any(found):
            return min(filter(None, found), key=lambda each: each.index or 0)
    if chain.size < span[1]:
        return Finding("entry-missing", "There is no entry with this index.", chain.size)
    return None


def _start(snapshot: Snapshot, start: int) -> Start:
    rows = snapshot.rows(BEFORE, start - 1) if start else []
    return Start(start, bytes(rows[0][0]), rows[0][1].astimezone(UTC)) if rows else Start(start)


def _side_by_side(snapshot: Snapshot, cut: Sequence[Span], how: Walk) -> Iterator[Piece]:
    waiting = deque[Future[Piece]]()
    given = (snapshot.tenant, snapshot.name, how.origin, how.bodies)
    # Spawned, because a fork would share this process's connection.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(how.processes, spawn, worker.start, given) as pool:
        for span in cut:
            waiting.append(pool.submit(worker.walk, span))
            if len(waiting) > 2 * how.processes:  # what is walked too far ahead would only fill the memory
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
