"""Proofs that an entry stands in the log, against the newest published checkpoint."""

from dataclasses import dataclass
from uuid import UUID

from ledger import receipt as receipts
from ledger.bodies import audit_reveal
from ledger.entry import parse_leaf
from ledger.errors import NotYetSequenced, UnknownEntry
from ledger.hashing import leaf_hash
from ledger.scope import current_tenant
from ledger.selectors.rows import query
from ledger.stored_tiles import stored_tree
from ledger.tree import inclusion_proof

# In one statement, whose snapshot sees an entry either as waiting or as sequenced.
PLACE = """
SELECT (SELECT index FROM ledger_sequenced WHERE tenant_id = %s AND submission_id = %s),
  EXISTS (SELECT FROM ledger_submission WHERE tenant_id = %s AND id = %s)
"""
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


def proof(id: UUID) -> Proof:  # noqa: A002 - the field's own name
    """That the entry is in the newest checkpoint. Raises UnknownEntry or NotYetSequenced."""
    return _proved(id)[0]


def receipt(id: UUID, *, reveal: bool = False) -> str:  # noqa: A002
    """The `.tlog-proof` of the entry. Raises UnknownEntry, or NotYetSequenced until a checkpoint covers it.

    `reveal` puts into it what opens the audit part, for whoever holds the file.
    """
    found, leaf, body = _proved(id)
    disclosed = audit_reveal(current_tenant(), id, parse_leaf(leaf), body) if reveal else None
    return receipts.build(
        leaf=leaf, body=body, proof=found.hashes, checkpoint=found.checkpoint, reveal=disclosed
    )


def _proved(submission: UUID) -> tuple[Proof, bytes, bytes]:
    """The proof against the checkpoint that was found to cover the entry, with its leaf and body."""
    place = _place(submission)
    if place is None:
        raise NotYetSequenced("The entry is accepted and waits for its checkpoint. Ask again in a second.")
    tenant = current_tenant()
    index, (size, root, note) = place
    ((leaf, body),) = query(LEAF, [tenant, index])
    hashes = inclusion_proof(index=index, size=size, reader=stored_tree(query, tenant, size))
    found = Proof(index, size, leaf_hash(bytes(leaf)), tuple(hashes), bytes(root), bytes(note))
    return found, bytes(leaf), bytes(body)


def _place(submission: UUID) -> tuple[int, tuple[int, bytes, bytes]] | None:
    """The entry's index and the newest checkpoint, if that covers it."""
    tenant = current_tenant()
    ((index, waits),) = query(PLACE, [tenant, submission, tenant, submission])
    if index is None and not waits:
        raise UnknownEntry("This log has no entry with that id. Check the id and the organisation.")
    newest = query(CHECKPOINT, [tenant]) if index is not None else []
    if not newest or index >= newest[0][0]:
        return None
    size, root, note = newest[0]
    return index, (size, root, note)
