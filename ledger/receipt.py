"""Receipts, c2sp.org/tlog-proof: one file that proves, offline, that an entry stands in a log.

The `extra` line carries what the proof is about, as canonical JSON: the leaf, its sealed body, and, if the
receipt discloses it, what opens the audit part of that body. It is not authenticated: nothing of it is handed
on before the leaf was read strictly, matched, and found in the tree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.canonical import canonical, parse_canonical
from ledger.checkpoint import Checkpoint, read_checkpoint
from ledger.encoding import base64_text, parse_base64, parse_decimal
from ledger.entry import Leaf, decode_body, parse_leaf
from ledger.errors import FormatError, ProofError
from ledger.hashing import HASH_BYTES, leaf_hash, sha256
from ledger.note import Verifier
from ledger.tree import check_inclusion
from ledger.trust import Level, Policy, Trusted, open_trusted
from ledger.vault.sealing import unseal_revealed

MARK = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"
MAX_PROOF = 63


@dataclass(frozen=True, slots=True)
class Reveal:
    """What opens the audit part: `sealing.reveal_key` of it, and the clear values it was sealed beside."""

    key: bytes
    aad: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that parses; to be believed only after `check`."""

    leaf: bytes
    body: bytes
    index: int
    proof: tuple[bytes, ...]
    checkpoint: bytes
    reveal: Reveal | None = None

    def text(self) -> str:
        extra = base64_text(canonical(_extra(self)))
        proof = [base64_text(each) for each in self.proof]
        return "\n".join(
            [MARK, f"extra {extra}", f"index {self.index}", *proof, "", self.checkpoint.decode()]
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found to hold, and against what. `audit` is the opened part, if the receipt discloses it."""

    trusted: Trusted
    leaf: Leaf
    audit: object = None

    @property
    def level(self) -> Level:
        return self.trusted.level

    @property
    def checkpoint(self) -> Checkpoint:
        return self.trusted.checkpoint

    @property
    def conclusive(self) -> bool:
        """False if nothing but the receipt itself vouches for it, or less than the policy asks for."""
        return self.trusted.conclusive

    @property
    def sentence(self) -> str:
        return _sentence(self.trusted, self.leaf)


def build(
    *, leaf: bytes, body: bytes, proof: Sequence[bytes], checkpoint: bytes, reveal: Reveal | None = None
) -> str:
    """The text of a receipt for `leaf`; `checkpoint` is the signed note that `proof` leads to."""
    index = parse_leaf(leaf).index
    return Receipt(leaf, body, index, tuple(proof), checkpoint, reveal).text()


def parse(text: str) -> Receipt:
    head, separator, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines[0] != MARK:
        raise FormatError(f"A receipt starts with {MARK} and ends in a checkpoint after an empty line.")
    if len(lines) < 3 or not lines[1].startswith("extra "):
        raise FormatError("The receipt does not carry the entry that it is about (line 'extra').")
    if not lines[2].startswith("index "):
        raise FormatError("The receipt does not say the index of the entry (line 'index').")
    if len(lines) > 3 + MAX_PROOF:
        raise FormatError("The proof in the receipt is longer than any tree is high.")
    leaf, body, reveal = _parse_extra(lines[1].removeprefix("extra "))
    receipt = Receipt(
        leaf=leaf,
        body=body,
        index=parse_decimal(lines[2].removeprefix("index "), what="index in the receipt"),
        proof=tuple(parse_base64(line, what="proof", length=HASH_BYTES) for line in lines[3:]),
        checkpoint=checkpoint.encode("utf-8", "surrogatepass"),  # refused as not UTF-8 right below
        reveal=reveal,
    )
    parse_leaf(leaf)
    read_checkpoint(receipt.checkpoint)
    return receipt


def check(receipt: Receipt, verifiers: Sequence[Verifier]) -> Verdict:
    """What the receipt proves to someone who trusts these keys of logs, and asks for no witness."""
    return check_by(receipt, Policy(tuple(verifiers)))


def check_by(receipt: Receipt, policy: Policy) -> Verdict:
    """What the receipt proves to someone with this policy; raises what does not hold.

    Without a key or a publication it can only be found to agree with itself, which whoever wrote it can arrange.
    """
    trusted, leaf = open_trusted(receipt.checkpoint, policy), parse_leaf(receipt.leaf)
    checkpoint = trusted.checkpoint
    check_inclusion(
        leaf=leaf_hash(receipt.leaf),
        index=receipt.index,
        size=checkpoint.size,
        proof=receipt.proof,
        root=checkpoint.root,
    )
    if (leaf.log, leaf.index) != (checkpoint.origin, receipt.index):
        raise ProofError("The entry names another log or another index than the receipt.")
    if sha256(receipt.body) != leaf.body:
        raise ProofError("The sealed body in the receipt is not the one that the entry names.")
    return Verdict(trusted, leaf, open_revealed(receipt.body, receipt.reveal, leaf))


def open_revealed(body: bytes, reveal: Reveal | None, leaf: Leaf) -> object:
    """The audit part, or None. What it was sealed beside must agree with the leaf where both say it."""
    audit, _ = decode_body(body)
    if reveal is None:
        return None
    beside = reveal.aad
    if any(
        beside.get(name, getattr(leaf, name)) != getattr(leaf, name) for name in ("type", "actor", "subject")
    ):
        raise ProofError(
            "The body in the receipt was sealed for another type, actor or subject than the entry's."
        )
    return parse_canonical(unseal_revealed(reveal.key, audit, reveal.aad))


def _sentence(trusted: Trusted, leaf: Leaf) -> str:
    where = f"entry {leaf.index} of {leaf.log}, {leaf.type} at {leaf.time:%Y-%m-%d %H:%M:%S} UTC"
    size = trusted.checkpoint.size
    if trusted.level is Level.INTERNAL and trusted.lacking:
        return f"The receipt agrees with itself ({where}, at {size} entries), but {trusted.lacking}."
    if trusted.level is Level.INTERNAL:
        return (
            f"The receipt agrees with itself ({where}), but no key of the log was given to trust,"
            " so anyone could have written it. Give the log's verifier key."
        )
    if trusted.lacking:
        return f"The log's key signed {where}, at {size} entries, but {trusted.lacking}."
    how = {
        Level.LOG_KEY: "as its key signed it",
        Level.QUORUM: f"as its key and the witnesses {', '.join(trusted.witnesses)} signed it",
        Level.PUBLICATION: "as it was published",
    }[trusted.level]
    return f"Unchanged: {where}, stands in the log {how} at {size} entries."


def _extra(receipt: Receipt) -> dict[str, object]:
    extra: dict[str, object] = {"leaf": receipt.leaf.decode("ascii"), "body": base64_text(receipt.body)}
    if receipt.reveal is not None:
        extra["reveal"] = {"key": base64_text(receipt.reveal.key), "aad": dict(receipt.reveal.aad)}
    return extra


def _parse_extra(text: str) -> tuple[bytes, bytes, Reveal | None]:
    match parse_canonical(parse_base64(text, what="extra line")):
        case {"leaf": str(leaf), "body": str(body), **rest} if not rest or rest.keys() == {"reveal"}:
            content = parse_base64(body, what="body in the receipt")
            return leaf.encode(), content, _parse_reveal(rest["reveal"]) if rest else None
    raise FormatError("The extra line of a receipt holds a leaf, a body, and what reveals it or nothing.")


def _parse_reveal(value: object) -> Reveal:
    match value:
        case {"key": str(key), "aad": dict(aad), **rest} if not rest:
            return Reveal(parse_base64(key, what="key in the receipt", length=32), aad)
    raise FormatError("What reveals a body is a key and the clear values that it was sealed beside.")
