"""Proofs of completeness: that these are all the entries about one person that a log held at some size.

An entry of type `heads` commits to how long each person's chain is and where it ends. The proof carries the
receipt of such an entry, the path from the person's line of that map to its root, and her whole chain, each
entry of which names the hash of the one before it. So none can be missing, neither at the end nor between.
What was never logged leaves no trace here: the proof cannot show it, and says so.

The file is one line of canonical JSON (RFC 8785).
"""

from dataclasses import dataclass

from ledger import receipt as receipts
from ledger.batch import Head
from ledger.canonical import canonical, parse_canonical
from ledger.encoding import base64_text, parse_base64
from ledger.entry import Leaf, check_pseudonym, parse_leaf
from ledger.errors import FormatError, ProofError
from ledger.hashing import HASH_BYTES, NO_HASH, leaf_hash
from ledger.heads import TYPE, heads_leaf
from ledger.tree import check_inclusion
from ledger.trust import Policy

MARK = "assent/completeness/v1"
SUFFIX = ".completeness.json"
LIMIT = "It cannot show what was never logged."


@dataclass(frozen=True, slots=True)
class Completeness:
    """A proof that parses; to be believed only after `check`.

    `path` leads from the person's line, the `position`-th of the map, to the map's root. `chain` holds her
    leaves from the first on. `heads` is the receipt of the `heads` entry, which discloses what it says.
    """

    subject: str
    head: Head
    position: int
    path: tuple[bytes, ...]
    chain: tuple[bytes, ...]
    heads: str

    def text(self) -> str:
        content = {
            "kind": MARK,
            "subject": self.subject,
            "count": self.head.length,
            "head": self.head.hash.hex(),
            "position": self.position,
            "path": [base64_text(each) for each in self.path],
            "chain": [leaf.decode("ascii") for leaf in self.chain],
            "heads": self.heads,
        }
        return canonical(content).decode()


@dataclass(frozen=True, slots=True)
class Complete:
    """What was found to hold: `leaves` are all entries about the person among the first `size` of the log."""

    verdict: receipts.Verdict
    size: int
    leaves: tuple[Leaf, ...]
    sentence: str


def parse(content: bytes) -> Completeness:
    match parse_canonical(content):
        case {
            "kind": "assent/completeness/v1",
            "subject": str(subject),
            "count": int(count),
            "head": str(head),
            "position": int(position),
            "path": list(path),
            "chain": list(chain),
            "heads": str(heads),
            **rest,
        } if not rest and count >= 1 and position >= 0:
            check_pseudonym(subject)
            return Completeness(
                subject=subject,
                head=Head(count, _parse_hash(head)),
                position=position,
                path=tuple(parse_base64(_text(each), what="path", length=HASH_BYTES) for each in path),
                chain=tuple(_text(leaf).encode() for leaf in chain),
                heads=heads,
            )
    raise FormatError("A proof of completeness holds a subject, the end of its chain, a path and the chain.")


def check(proof: Completeness, policy: Policy) -> Complete:
    """What the proof shows to someone with this policy; raises what does not hold."""
    verdict = receipts.check_by(receipts.parse(proof.heads), policy)
    size, subjects, map_root = _claim(verdict)
    check_inclusion(
        leaf=leaf_hash(heads_leaf(proof.subject, proof.head)),
        index=proof.position,
        size=subjects,
        proof=proof.path,
        root=map_root,
    )
    leaves = _check_chain(proof, verdict.leaf.log, size)
    sentence = (
        f"These {len(leaves)} entries are all that the first {size} of {verdict.leaf.log} hold"
        f" about {proof.subject}. {LIMIT}"
    )
    return Complete(verdict, size, leaves, sentence)


def _claim(verdict: receipts.Verdict) -> tuple[int, int, bytes]:
    """What the entry commits to: the size of the log that it speaks of, how many persons, the root."""
    if verdict.leaf.type != TYPE:
        raise ProofError("The entry that the proof rests on does not commit to anybody's chain.")
    match verdict.audit:
        case {"size": int(size), "subjects": int(subjects), "root": str(root)}:
            if 0 <= size <= verdict.leaf.index:
                return size, subjects, _parse_hash(root)
    raise ProofError("The entry that the proof rests on does not say what chains it commits to.")


def _check_chain(proof: Completeness, log: str, size: int) -> tuple[Leaf, ...]:
    """From the first entry about the person to the one that the map names, without a gap."""
    if len(proof.chain) != proof.head.length:
        raise ProofError(f"The chain has {proof.head.length} entries; the proof brings {len(proof.chain)}.")
    leaves, before, place = [], NO_HASH, -1
    for number, content in enumerate(proof.chain):
        leaf = parse_leaf(content)
        here = (leaf.log, leaf.subject, leaf.subject_index, leaf.subject_prev)
        if here != (log, proof.subject, number, before) or not place < leaf.index < size:
            raise ProofError(f"Entry {number} about this person does not follow the one before it.")
        leaves.append(leaf)
        before, place = leaf_hash(content), leaf.index
    if before != proof.head.hash:
        raise ProofError("The chain does not end where the log committed it to end.")
    return tuple(leaves)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise FormatError("The path and the chain in a proof of completeness are texts.")
    return value


def _parse_hash(text: str) -> bytes:
    try:
        content = bytes.fromhex(text)
    except ValueError as error:
        raise FormatError("A hash in the proof of completeness is not hexadecimal.") from error
    if len(content) != HASH_BYTES or content.hex() != text:
        raise FormatError(f"A hash in the proof of completeness has {HASH_BYTES} bytes in small letters.")
    return content
