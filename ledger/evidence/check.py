"""Checking an evidence archive, offline and in one pass: memory stays flat however long it is."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ledger import completeness
from ledger.canonical import parse_canonical
from ledger.checkpoint import Checkpoint
from ledger.entry import Leaf, parse_leaf
from ledger.errors import FormatError, ProofError
from ledger.evidence import archive
from ledger.evidence.anchors import Anchor, read_anchors
from ledger.evidence.archive import Line, Scope
from ledger.evidence.zipped import Source, read_members
from ledger.hashing import NO_HASH, leaf_hash, sha256
from ledger.receipt import open_revealed
from ledger.tree import Frontier, check_consistency, check_inclusion
from ledger.trust import Level, Policy, Trusted, open_trusted

Show = Callable[[Leaf, object], None]
"""Called with each entry that was found to hold, and with what it says, None where that is not disclosed."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the archive proves. Of a person, `known` entries are all among the first `complete` of the log."""

    trusted: Trusted
    scope: Scope
    disclosed: int
    complete: int | None
    known: int
    anchors: tuple[Anchor, ...]

    @property
    def conclusive(self) -> bool:
        return self.trusted.conclusive

    @property
    def sentence(self) -> str:
        count, scope = self.scope.end - self.scope.first, self.scope
        where = (
            f"stand unchanged in {scope.log} {_how(self.trusted)} at {self.trusted.checkpoint.size} entries"
        )
        if self.trusted.level is Level.INTERNAL:
            lacking = self.trusted.lacking or (
                "no key of the log was given to trust, so anyone could have written them: give the log's verifier key"
            )
            where = f"agree with the checkpoint beside them, but {lacking}"
        if scope.subject is None:
            return f"Entries {scope.first} to {scope.end}, the last not included, {where}."
        whole = f"{count} entries about {scope.subject}, from number {scope.first} of that chain on, {where}."
        if self.complete is None:
            return f"{whole} Nothing shows whether they are all."
        piece = " (this archive brings a part of them)" if scope.first or scope.end < self.known else ""
        return (
            f"{whole} All {self.known} entries about the person among the first {self.complete} are known{piece}."
            f" {completeness.LIMIT}"
        )


class _Members:
    """The members in their order, one looked at ahead; remembers what the manifest has to say of them."""

    def __init__(self, file: Source) -> None:
        self._members = read_members(file)
        self.hashes: dict[str, str] = {}
        self._next = next(self._members, None)

    @property
    def name(self) -> str:
        return self._next[0] if self._next else ""

    def take(self, name: str) -> bytes:
        if self._next is None or self.name != name:
            found = f"; {self.name} stands there" if self._next else ""
            raise FormatError(f"The archive has no {name} in its place{found}.")
        content = self._next[1]
        self.hashes[name] = sha256(content).hex()
        self._next = next(self._members, None)
        return content

    def below(self, folder: str) -> Iterator[tuple[str, bytes]]:
        while self.name.startswith(folder):
            yield self.name, self.take(self.name)

    def end(self) -> None:
        expected = archive.encode_manifest(self.hashes)
        if self.take(archive.MANIFEST) != expected:
            raise FormatError("The manifest does not name the members that the archive has, or other bytes.")
        if self._next is not None:
            raise FormatError(f"The archive goes on after its manifest, with {self.name}.")


def check(file: Source, policy: Policy, *, show: Show | None = None) -> Found:
    """What the archive proves to someone with this policy; raises FormatError or ProofError.

    `show` is called before the whole is known to hold; what it showed counts only if this returns.
    """
    members = _Members(file)
    members.take(archive.README)
    scope = archive.parse_scope(members.take(archive.SCOPE))
    _check_keys(members.take(archive.KEYS), scope)
    trusted = open_trusted(members.take(archive.CHECKPOINT), policy)
    checkpoint = trusted.checkpoint
    if (checkpoint.origin, checkpoint.size) != (scope.log, scope.size):
        raise ProofError("The checkpoint in the archive is not of the log and size that it speaks of.")
    walk = _Span(scope, checkpoint) if scope.subject is None else _Chain(scope, checkpoint)
    disclosed = _check_entries(members, walk, show)
    walk.end()
    complete, known = _check_complete(members, walk, checkpoint, policy)
    anchors = read_anchors(members.below(archive.ANCHORS), checkpoint, policy)
    members.end()
    printed = [each.trusted for each in anchors if each.trusted.level is Level.PUBLICATION]
    trusted = next((each for each in printed if each.checkpoint.size >= walk.covered), trusted)
    return Found(trusted, scope, disclosed, complete, known, anchors)


def _check_keys(content: bytes, scope: Scope) -> None:
    match parse_canonical(content):
        case {"log": scope.log, "vkeys": list(), "promise_vkey": str(), **rest} if not rest:
            return
    raise FormatError("keys.json does not name the keys of this log.")


def _check_entries(members: _Members, walk: "_Span | _Chain", show: Show | None) -> int:
    disclosed = 0
    for number, (name, content) in enumerate(members.below(archive.ENTRIES)):
        if name != f"{archive.ENTRIES}{number:09}.jsonl" or not content.endswith(b"\n"):
            raise FormatError(f"The member {name} is out of its order, or cut short.")
        for text in content[:-1].split(b"\n"):
            line = archive.parse_line(text)
            leaf = parse_leaf(line.leaf)
            if sha256(line.body) != leaf.body:
                raise ProofError(f"The sealed body beside entry {leaf.index} is not the one that it names.")
            walk.take(line, leaf)
            audit = open_revealed(line.body, line.reveal, leaf)
            disclosed += line.reveal is not None
            if show:
                show(leaf, audit)
    return disclosed


class _Span:
    """Consecutive entries: each names the one before it, and together they give the root that was signed."""

    hashes: tuple[bytes, ...] = ()

    def __init__(self, scope: Scope, checkpoint: Checkpoint) -> None:
        self.scope, self._checkpoint = scope, checkpoint
        self._frontier = Frontier.from_bytes(scope.frontier)
        self._ends: dict[str, tuple[int, bytes]] = {}
        self._before = NO_HASH if scope.first == 0 else None
        self.covered = scope.end  # how large a log is that holds all the entries
        if self._frontier.size != scope.first or scope.end > scope.size:
            raise FormatError("The span that the archive names and the tree left of it do not fit.")

    def take(self, line: Line, leaf: Leaf) -> None:
        index = self._frontier.size
        if (leaf.log, leaf.index) != (self.scope.log, index) or line.proof is not None:
            raise ProofError(f"Where entry {index} of {self.scope.log} must stand, there is another.")
        if self._before not in (None, leaf.prev):
            raise ProofError(f"Entry {index} does not name the one before it.")
        self._before = leaf_hash(line.leaf)
        if leaf.subject is not None and leaf.subject_index is not None:
            known = self._ends.get(leaf.subject)
            if known and known != (leaf.subject_index, leaf.subject_prev):
                raise ProofError(f"Entry {index} does not name the one before it about the same person.")
            self._ends[leaf.subject] = (leaf.subject_index + 1, self._before)
        self._frontier.append(self._before)

    def end(self) -> None:
        if self._frontier.size != self.scope.end:
            raise ProofError(f"The archive ends at entry {self._frontier.size}, not at {self.scope.end}.")
        if self.scope.end:
            check_consistency(
                old=self.scope.end,
                new=self._checkpoint.size,
                old_root=self._frontier.root(),
                new_root=self._checkpoint.root,
                proof=self.scope.consistency,
            )


class _Chain:
    """A piece of a person's chain: each entry names the one before it and brings its way to the root."""

    def __init__(self, scope: Scope, checkpoint: Checkpoint) -> None:
        self.scope, self._checkpoint = scope, checkpoint
        self._hashes: list[bytes] = []
        self.covered = 1
        if scope.frontier or scope.consistency:
            raise FormatError("The archive is about one person, and speaks of a span as well.")

    @property
    def hashes(self) -> tuple[bytes, ...]:
        return tuple(self._hashes)

    def take(self, line: Line, leaf: Leaf) -> None:
        number = self.scope.first + len(self._hashes)
        said = (leaf.log, leaf.subject, leaf.subject_index)
        if said != (self.scope.log, self.scope.subject, number) or line.proof is None:
            raise ProofError(f"Where entry {number} about the person must stand, there is another.")
        if (number == 0 or self._hashes) and leaf.subject_prev != (self._hashes or [NO_HASH])[-1]:
            raise ProofError(f"Entry {number} about the person does not name the one before it.")
        found = leaf_hash(line.leaf)
        check_inclusion(
            leaf=found,
            index=leaf.index,
            size=self._checkpoint.size,
            proof=line.proof,
            root=self._checkpoint.root,
        )
        self._hashes.append(found)
        self.covered = leaf.index + 1

    def end(self) -> None:
        count = self.scope.end - self.scope.first
        if len(self._hashes) != count:
            raise ProofError(f"The archive speaks of {count} entries and brings {len(self._hashes)}.")


def _check_complete(
    members: _Members, walk: "_Span | _Chain", checkpoint: Checkpoint, policy: Policy
) -> tuple[int | None, int]:
    """The size of the log up to which all entries about the person are known, None if nothing shows it; how many."""
    if members.name != archive.COMPLETENESS:
        return None, 0
    scope = walk.scope
    proof = completeness.parse(members.take(archive.COMPLETENESS))
    found = completeness.check(proof, policy)
    if (proof.subject, found.verdict.checkpoint) != (scope.subject, checkpoint):
        raise ProofError("The proof of completeness is about another person or another checkpoint.")
    for leaf, expected in zip(proof.chain[scope.first : scope.end], walk.hashes, strict=False):
        if leaf_hash(leaf) != expected:
            raise ProofError("The proof of completeness and the entries of the archive differ.")
    walk.covered = max(walk.covered, found.verdict.leaf.index + 1)
    return found.size, proof.head.length


def _how(trusted: Trusted) -> str:
    if trusted.lacking or trusted.level is Level.INTERNAL:
        return f"as its key alone signed it ({trusted.lacking})"
    return {
        Level.LOG_KEY: "as its key signed it",
        Level.QUORUM: f"as its key and the witnesses {', '.join(trusted.witnesses)} signed it",
        Level.PUBLICATION: "as it was published",
    }[trusted.level]


def describe(leaf: Leaf, audit: object) -> str:
    """One line about an entry, in ASCII: content must not be able to speak to a terminal."""
    said = "" if audit is None else " " + json.dumps(audit, sort_keys=True)
    return f"{leaf.index} {leaf.time:%Y-%m-%dT%H:%M:%SZ} {leaf.type} by {leaf.actor}{said}"
