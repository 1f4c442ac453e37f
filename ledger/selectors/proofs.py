"""Proofs that an entry stands in the log, against the newest published checkpoint."""

from dataclasses import dataclass
from uuid import UUID

from ledger import receipt as receipts
from ledger.bodies import audit_reveal
from ledger.entry import parse_leaf
from ledger.errors import NotYetSequenced, UnknownEntry
from ledger.hashing import leaf_hash
from ledger.scope import current_tenant
from ledger.selectors.rows import query, wait_for
from ledger.stored_tiles import stored_tree
from ledger.tree import inclusion_proof

PLACE = "SELECT index FROM ledger_sequenced WHERE tenant_id = %s AND submission_id = %s"
WAITS = "SELECT FROM ledger_submission WHERE tenant_id = %s AND id = %s"
CHECKPOINT = "SELECT size, root, note FROM ledger_checkpoint WHERE tenant_id = %s ORDER BY size DESC LIMIT 1"
LEAF = "SELECT leaf, body FROM ledger_entry WHERE tenant_id = %s AND index = %s"


@dataclass(frozen=True, slots=True)
class Proof:
    """`hashes` lead from `leaf_hash` to `root`, from the leaf up (RFC 6962 section 2.1.1)."""

    index: int
    size: int
    leaf_hash: bytes
    hashes: tuple[bytes, ...]
    root: bytes
    checkpoint: bytes


def checkpoint_note() -> bytes:
    """The newest checkpoint of the tenant in scope, as the signed note that it is. Raises NotYetSequenced."""
    rows = query(CHECKPOINT, [current_tenant()])
    if not rows:
        raise NotYetSequenced("The log has no checkpoint yet: nothing was written, or it is being signed.")
    return bytes(rows[0][2])


def proof(id: UUID, *, wait: float = 0) -> Proof:  # noqa: A002 - the field's own name
    """That the entry is in the newest checkpoint. Raises UnknownEntry or NotYetSequenced."""
    index = _covered_index(id, wait)
    tenant = current_tenant()
    ((size, root, note),) = query(CHECKPOINT, [tenant])
    ((leaf, _),) = query(LEAF, [tenant, index])
    hashes = inclusion_proof(index=index, size=size, reader=stored_tree(query, tenant, size))
    return Proof(index, size, leaf_hash(bytes(leaf)), tuple(hashes), bytes(root), bytes(note))


def receipt(id: UUID, *, wait: float = 0, reveal: bool = False) -> str:  # noqa: A002
    """The `.tlog-proof` of the entry; waits up to `wait` seconds for a checkpoint that covers it.

    `reveal` puts into it what opens the audit part, for whoever holds the file.
    """
    found = proof(id, wait=wait)
    tenant = current_tenant()
    ((leaf, body),) = query(LEAF, [tenant, found.index])
    disclosed = audit_reveal(tenant, id, parse_leaf(bytes(leaf)), bytes(body)) if reveal else None
    return receipts.build(
        leaf=bytes(leaf), body=bytes(body), proof=found.hashes, checkpoint=found.checkpoint, reveal=disclosed
    )


def _covered_index(submission: UUID, wait: float) -> int:
    found = wait_for(lambda: _place(submission), wait, done=lambda place: place[1])
    index, covered = found
    if index is None or not covered:
        raise NotYetSequenced("The entry is accepted and waits for its checkpoint. Ask again in a second.")
    return index


def _place(submission: UUID) -> tuple[int | None, bool]:
    """The entry's index, if it has one, and whether a checkpoint covers it."""
    tenant = current_tenant()
    waits = query(WAITS, [tenant, submission])
    rows = query(PLACE, [tenant, submission])
    if not rows and not waits:
        raise UnknownEntry("This log has no entry with that id. Check the id and the organisation.")
    if not rows:
        return None, False
    index, checkpoint = int(rows[0][0]), query(CHECKPOINT, [tenant])
    return index, bool(checkpoint) and index < checkpoint[0][0]
