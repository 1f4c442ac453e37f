"""The evidence archive: what stands in it, in which order, and the two texts that hold it together.

    README.txt                    what this is and how to check it, for people
    scope.json                    which entries of which log these are
    keys.json                     the keys that the log publishes: a hint, never a reason to believe
    checkpoint.txt                the signed tree head that everything is proved against
    entries/000000000.jsonl       the entries, one a line, in the order of the log
    completeness.json             of one person: that these are all (ledger/completeness.py)
    anchors/<size>/...            other checkpoints that grew into this one, and what dates them
    manifest.json                 the SHA-256 of each member before it

Two shapes. A span of the log brings every entry from `first` to `end`, the complete subtrees left of it
(`frontier`) and one consistency proof from its end to the checkpoint; a person's archive brings a piece of
her chain, `first` and `end` being places in that, and an inclusion proof with each entry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.canonical import canonical, parse_canonical
from ledger.encoding import base64_text, parse_base64
from ledger.entry import check_origin, check_pseudonym
from ledger.errors import FormatError
from ledger.hashing import HASH_BYTES
from ledger.receipt import Reveal

KIND = "assent/evidence/v1"
README, SCOPE, KEYS, CHECKPOINT = "README.txt", "scope.json", "keys.json", "checkpoint.txt"
ENTRIES, COMPLETENESS, ANCHORS, MANIFEST = "entries/", "completeness.json", "anchors/", "manifest.json"
MAX_LINE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Scope:
    """`subject` None: entries `first` to `end` (excluded) of the log; else places in that person's chain.

    `frontier` is that of the tree at `first`, `consistency` leads from `end` to `size`; both are empty in a
    person's archive, whose entries bring proofs of their own.
    """

    log: str
    subject: str | None
    first: int
    end: int
    size: int
    frontier: bytes = b""
    consistency: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        return canonical(
            {
                "kind": KIND,
                "log": self.log,
                "subject": self.subject,
                "first": self.first,
                "end": self.end,
                "size": self.size,
                "frontier": base64_text(self.frontier),
                "consistency": [base64_text(each) for each in self.consistency],
            }
        )


def parse_scope(content: bytes) -> Scope:
    match parse_canonical(content):
        case {
            "kind": "assent/evidence/v1",
            "log": str(log),
            "subject": str() | None as subject,
            "first": int(first),
            "end": int(end),
            "size": int(size),
            "frontier": str(frontier),
            "consistency": list(proof),
            **rest,
        } if not rest and 0 <= first <= end and size >= 1:
            check_origin(log)
            if subject is not None:
                check_pseudonym(subject)
            return Scope(
                log=log,
                subject=subject,
                first=first,
                end=end,
                size=size,
                frontier=parse_base64(frontier, what="frontier"),
                consistency=parse_hashes(proof),
            )
    raise FormatError("scope.json does not say which entries of which log the archive holds.")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: leaf, sealed body, in a person's archive its inclusion proof, and what discloses it."""

    leaf: bytes
    body: bytes
    proof: tuple[bytes, ...] | None = None
    reveal: Reveal | None = None

    def encode(self) -> bytes:
        content: dict[str, object] = {"leaf": self.leaf.decode("ascii"), "body": base64_text(self.body)}
        if self.proof is not None:
            content["proof"] = [base64_text(each) for each in self.proof]
        if self.reveal is not None:
            content["reveal"] = {"key": base64_text(self.reveal.key), "aad": dict(self.reveal.aad)}
        return canonical(content) + b"\n"


def parse_line(content: bytes) -> Line:
    match parse_canonical(content):
        case {"leaf": str(leaf), "body": str(body), **rest} if rest.keys() <= {"proof", "reveal"}:
            return Line(
                leaf=leaf.encode(),
                body=parse_base64(body, what="body of an entry"),
                proof=parse_hashes(rest["proof"]) if "proof" in rest else None,
                reveal=_parse_reveal(rest["reveal"]) if "reveal" in rest else None,
            )
    raise FormatError("A line of an entry holds a leaf and a body, and may hold a proof and what reveals it.")


def parse_hashes(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > 128 or not all(isinstance(each, str) for each in value):
        raise FormatError("A proof in the archive is a short list of hashes.")
    return tuple(parse_base64(each, what="hash of a proof", length=HASH_BYTES) for each in value)


def encode_keys(log: str, vkeys: Sequence[str], promise_vkey: str) -> bytes:
    return canonical({"log": log, "vkeys": list(vkeys), "promise_vkey": promise_vkey})


def encode_manifest(members: Mapping[str, str]) -> bytes:
    """`members`: the SHA-256 of each, in hexadecimal."""
    return canonical({"kind": KIND, "members": dict(members)})


def _parse_reveal(value: object) -> Reveal:
    match value:
        case {"key": str(key), "aad": dict(aad), **rest} if not rest:
            return Reveal(parse_base64(key, what="key of an entry", length=32), aad)
    raise FormatError("What reveals an entry is a key and the clear values that it was sealed beside.")
