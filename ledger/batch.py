"""Sequencing, as a function of its inputs: where the log ends and what waits give the rows to be written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.entry import encode_leaf, format_time
from ledger.hashing import NO_HASH, leaf_hash
from ledger.tree import Frontier, Node


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
    filled: list[Node] = field(default_factory=list)
    """The roots of the tiles that the batch fills (Frontier.extend)."""

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
    batch, moment = Batch(tail.size, time), format_time(time)
    previous, ends = tail.last_hash, dict[str, Head]()
    for index, (seq, submission, kind, actor, subject, digest, _) in enumerate(waiting, start=tail.size):
        length, before = None, None
        if subject is not None:
            length, before = ends.get(subject) or heads.get(subject, NO_HEAD)
        leaf = encode_leaf(
            log=log, index=index, time=moment, type=kind, actor=actor, subject=subject,
            subject_index=length, subject_prev=before, prev=previous, body=digest,
        )  # fmt: skip
        previous = leaf_hash(leaf)
        batch.seqs.append(seq)
        batch.ids.append(submission)
        batch.digests.append(digest)
        batch.leaves.append(leaf)
        batch.hashes.append(previous)
        batch.subject_indices.append(length)
        if subject is not None and length is not None:
            ends[subject] = Head(length + 1, previous)
    batch.heads = ends
    batch.filled = tail.frontier.extend(batch.hashes)
    tail.last_hash, tail.last_time = previous, time
    return batch
