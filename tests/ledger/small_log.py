"""A log of eleven entries, its checkpoint, and receipts for one of them."""

from datetime import UTC, datetime
from uuid import UUID

from ledger.canonical import canonical
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.entry import Leaf, encode_body
from ledger.hashing import NO_HASH, sha256
from ledger.note import Ed25519Signer
from ledger.receipt import Reveal, build, parse
from ledger.tree import inclusion_proof, root
from ledger.vault.sealing import reveal_key, seal

LOG = Ed25519Signer.generate("assent.example/log/st-mary")
KEY = bytes(range(32))
AAD = {"kind": "body", "type": "access.permitted"}
AUDIT = {"action": "read", "purpose": "TREAT", "note": "\x1b[2J\x9b"}
SEALED = seal(KEY, UUID(int=1), canonical(AUDIT), AAD)
BODY = encode_body(SEALED, None)
SIZE, INDEX = 11, 5


def a_leaf(index: int, prev: bytes, *, log: str = LOG.name) -> Leaf:
    return Leaf(
        log=log,
        index=index,
        time=datetime(2026, 11, 22, 14, 17, index, tzinfo=UTC),
        type="access.permitted",
        actor="0a" * 20,
        subject="1b" * 20,
        subject_index=index,
        subject_prev=prev,
        prev=prev,
        body=sha256(BODY),
    )


def a_log() -> list[Leaf]:
    leaves: list[Leaf] = []
    for index in range(SIZE):
        leaves.append(a_leaf(index, leaves[-1].hash() if leaves else NO_HASH))
    return leaves


LEAVES = a_log()
HASHES = [leaf.hash() for leaf in LEAVES]
HEAD = Checkpoint(LOG.name, SIZE, root(HASHES))
CHECKPOINT = sign_checkpoint(HEAD, [LOG])
PROOF = inclusion_proof(
    index=INDEX, size=SIZE, reader=lambda level, at: root(HASHES[at << level : (at + 1) << level])
)
REVEAL = Reveal(reveal_key(KEY, SEALED), AAD)
TEXT = build(leaf=LEAVES[INDEX].encode(), body=BODY, proof=PROOF, checkpoint=CHECKPOINT)
REVEALING = build(leaf=LEAVES[INDEX].encode(), body=BODY, proof=PROOF, checkpoint=CHECKPOINT, reveal=REVEAL)
STRANGER = Ed25519Signer.generate(LOG.name)
RECEIPT = parse(TEXT)
