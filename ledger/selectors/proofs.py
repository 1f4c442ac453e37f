"""Proofs that an entry stands in the log, against the newest published checkpoint."""

from dataclasses import dataclass
from uuid import UUID

from ledger import receipt as receipts
from ledger.bodies import audit_reveal
from ledger.entry import parse_leaf
from ledger.errors import NotYetSequenced, UnknownEntry, UnknownSize
from ledger.hashing import leaf_hash
from ledger.scope import current_tenant
from ledger.selectors.rows import query
from ledger.stored_tiles import StoredTree
from ledger.tree import HashReader, consistency_proof, inclusion_proof, root_at

# In one statement, whose snapshot sees an entry either as waiting or as sequenced.
PLACE = """
SELECT (SELECT index FROM ledger_sequenced WHERE tenant_id = %s AND submission_id = %s),
  EXISTS (SELECT FROM ledger_submission WHERE tenant_id = %s AND id = %s)
"""
# With the cosignatures that exist: they are lines of the same note.
SIGNED = """
SELECT size, root, note || convert_to(COALESCE((
    SELECT string_agg(line, '' ORDER BY name) FROM ledger_cosignature s
    WHERE s.tenant_id = c.tenant_id AND s.size = c.size), ''), 'UTF8')
FROM ledger_checkpoint c
"""
CHECKPOINT_AT = f"{SIGNED} WHERE tenant_id = %s AND size = %s"
CHECKPOINT = f"{SIGNED} WHERE tenant_id = %s ORDER BY size DESC LIMIT 1"
# The newest that the log's quorum cosigned, that covers the entry and that the key of today signed; otherwise the
# newest.
COVERING = f"""{SIGNED} WHERE tenant_id = %s AND size = COALESCE((
    SELECT s.size FROM ledger_cosignature s JOIN ledger_log l USING (tenant_id)
    JOIN ledger_log_witness w ON w.tenant_id = s.tenant_id AND w.name = s.name AND w.active
    WHERE s.tenant_id = %s AND l.quorum > 0 AND s.size > %s AND s.size >= COALESCE((
        SELECT max(first_size) FROM ledger_signing_key k WHERE k.tenant_id = s.tenant_id AND kind = 1), 0)
    GROUP BY s.size, l.quorum HAVING count(*) >= l.quorum ORDER BY s.size DESC LIMIT 1
), (SELECT max(size) FROM ledger_checkpoint WHERE tenant_id = %s))
"""  # noqa: S608 - of constants
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


def covering_note(index: int) -> bytes:
    """The newest checkpoint that holds entry `index` and that the quorum of the log's witnesses cosigned; the newest
    where there is none."""
    tenant = current_tenant()
    ((_, _, note),) = query(COVERING, [tenant, tenant, index, tenant])
    return bytes(note)


def proof(id: UUID) -> Proof:  # noqa: A002 - the field's own name
    """That the entry is in the newest checkpoint. Raises UnknownEntry or NotYetSequenced."""
    return _proved(id)[0]


def receipt(id: UUID, *, reveal: bool = False, size: int | None = None) -> str:  # noqa: A002
    """The `.tlog-proof` of the entry. Raises UnknownEntry, or NotYetSequenced until a checkpoint covers it.

    `reveal` puts into it what opens the audit part, for whoever holds the file. `size`: against the checkpoint of
    that size, such as one that was printed, instead of the newest; raises UnknownSize if there is none.
    """
    found, leaf, body = _proved(id, size)
    disclosed = audit_reveal(current_tenant(), id, parse_leaf(leaf), body) if reveal else None
    return receipts.build(
        leaf=leaf, body=body, proof=found.hashes, checkpoint=found.checkpoint, reveal=disclosed
    )


@dataclass(frozen=True, slots=True)
class Consistency:
    """`hashes` show that the tree of `new` entries grew from that of `old` (RFC 6962 section 2.1.2)."""

    old: int
    new: int
    old_root: bytes
    new_root: bytes
    hashes: tuple[bytes, ...]


def consistency(*, old: int, new: int | None = None) -> Consistency:
    """Between any two sizes that the log had, up to the newest checkpoint, which is `new` unless it is given.

    Raises UnknownSize for a size that was not published yet, or an order in which nothing grows.
    """
    rows = query(CHECKPOINT, [current_tenant()])
    published = rows[0][0] if rows else 0
    new = published if new is None else new
    if not 0 <= old <= new <= published:
        raise UnknownSize(
            f"The log has published {published} entries; ask from a size to a larger one of those."
        )

    def make(tree: HashReader) -> Consistency:
        hashes = consistency_proof(old=old, new=new, reader=tree)
        return Consistency(old, new, root_at(old, tree), root_at(new, tree), tuple(hashes))

    return StoredTree(query, current_tenant(), published).at_once(make)


def _proved(submission: UUID, size: int | None = None) -> tuple[Proof, bytes, bytes]:
    """The proof against the checkpoint that was found to cover the entry, with its leaf and body."""
    place = _place(submission, size)
    if place is None:
        raise NotYetSequenced("The entry is accepted and waits for its checkpoint. Ask again in a second.")
    tenant = current_tenant()
    index, (size, root, note) = place
    ((leaf, body),) = query(LEAF, [tenant, index])
    tree = StoredTree(query, tenant, size)
    hashes = tree.at_once(lambda reader: inclusion_proof(index=index, size=size, reader=reader))
    found = Proof(index, size, leaf_hash(bytes(leaf)), tuple(hashes), bytes(root), bytes(note))
    return found, bytes(leaf), bytes(body)


def _place(submission: UUID, at: int | None) -> tuple[int, tuple[int, bytes, bytes]] | None:
    """The entry's index and the checkpoint to prove it against, if there is one that covers it."""
    tenant = current_tenant()
    ((index, waits),) = query(PLACE, [tenant, submission, tenant, submission])
    if index is None and not waits:
        raise UnknownEntry("This log has no entry with that id. Check the id and the organisation.")
    if index is None:
        return None
    covering = [tenant, tenant, index, tenant]
    found = query(COVERING, covering) if at is None else query(CHECKPOINT_AT, [tenant, at])
    if at is not None and not found:
        raise UnknownSize(f"The log has no checkpoint of {at} entries. Ask for one that it published.")
    if not found or index >= found[0][0]:
        return None
    size, root, note = found[0]
    return index, (size, root, note)
