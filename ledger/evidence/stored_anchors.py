"""The anchors of an evidence archive, out of the database: which checkpoints were dated or published, and how."""

from collections.abc import Iterator
from uuid import UUID

from ledger.canonical import canonical
from ledger.encoding import base64_text
from ledger.evidence.anchors import CONSISTENCY, MAX_ANCHORS, NOTE, anchor_name, timestamp_name
from ledger.evidence.archive import Scope
from ledger.selectors.rows import query
from ledger.stored_tiles import StoredTree
from ledger.tree import consistency_proof

# Those that cover what the archive holds, the earliest first: they date it best.
ANCHORED = """
SELECT c.size, c.note FROM ledger_checkpoint c
WHERE c.tenant_id = %(tenant)s AND c.size BETWEEN %(covered)s AND %(size)s AND (
    EXISTS (SELECT FROM ledger_timestamp t WHERE t.tenant_id = c.tenant_id AND t.size = c.size)
    OR EXISTS (SELECT FROM ledger_publication p WHERE p.tenant_id = c.tenant_id AND p.size = c.size))
ORDER BY c.size LIMIT %(limit)s
"""
ANSWERS = "SELECT answer FROM ledger_timestamp WHERE tenant_id = %s AND size = %s ORDER BY authority"


def anchor_members(tenant: UUID, scope: Scope, covered: int) -> Iterator[tuple[str, bytes]]:
    """The members below `anchors/`, in their order; `covered` is how large a log is that holds all the entries."""
    tree = StoredTree(query, tenant, scope.size)
    asked = {"tenant": tenant, "covered": max(covered, 1), "size": scope.size, "limit": MAX_ANCHORS}
    for size, note in query(ANCHORED, asked):
        proof = consistency_proof(old=size, new=scope.size, reader=tree)
        yield anchor_name(size, NOTE), bytes(note)
        yield anchor_name(size, CONSISTENCY), canonical([base64_text(each) for each in proof])
        for number, (answer,) in enumerate(query(ANSWERS, [tenant, size])):
            yield anchor_name(size, timestamp_name(number)), bytes(answer)
