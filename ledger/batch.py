"""Sequencing, as a function of its inputs: where the log ends and what waits give the rows to be written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.entry import Leaf
from ledger.hashing import NO_HASH, leaf_hash
from ledger.tree import Frontier


class Waiting(NamedTuple):
    """A submission, without its body. `earlier` is the digest under which its id stands in the log already."""

    seq: int
    id: UUID
    type: str
    actor: str
    subject: str | None
    digest: bytes
    earlier: bytes | None


class Head(NamedTuple):
    """The end of one subject's chain."""

    length: int
    hash: bytes


NO_HEAD = Head(0, NO_HASH)


@dataclass(slots=True)
class Tail:
    """The end of the log. Invariant: `frontier.size` is its size."""

    frontier: Frontier
    last_hash: bytes
    last_time: datetime | None

    @classmethod
    def of_empty(cls) -> "Tail":
        return cls(Frontier(), NO_HASH, None)

    @property
    def size(self) -> int:
        return self.frontier.size


@dataclass(slots=True)
class Batch:
    """Columns of the rows to be written, entry by entry; the tail moves along."""

    first: int
    time: datetime
    seqs: list[int] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    subject_indices: list[int | None] = field(default_factory=list)
    heads: dict[str, Head] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.ids)

    @property
    def indices(self) -> list[int]:
        return list(range(self.first, self.first + self.size))


def chain(
    tail: Tail, *, log: str, time: datetime, waiting: Iterable[Waiting], heads: Mapping[str, Head]
) -> Batch:
    """Give each submission its index, its place in its subject's chain and its leaf. Moves `tail` to the end."""
    batch = Batch(tail.size, time)
    previous = tail.last_hash
    for index, submission in enumerate(waiting, start=tail.size):
        subject, head = submission.subject, None
        if subject is not None:
            head = batch.heads.get(subject) or heads.get(subject, NO_HEAD)
        leaf = Leaf(
            log=log,
            index=index,
            time=time,
            type=submission.type,
            actor=submission.actor,
            subject=subject,
            subject_index=head.length if head else None,
            subject_prev=head.hash if head else None,
            prev=previous,
            body=submission.digest,
        ).encode()
        previous = leaf_hash(leaf)
        batch.seqs.append(submission.seq)
        batch.ids.append(submission.id)
        batch.digests.append(submission.digest)
        batch.leaves.append(leaf)
        batch.hashes.append(previous)
        batch.subject_indices.append(head.length if head else None)
        if subject is not None and head is not None:
            batch.heads[subject] = Head(head.length + 1, previous)
    tail.frontier.extend(batch.hashes)
    tail.last_hash, tail.last_time = previous, time
    return batch
