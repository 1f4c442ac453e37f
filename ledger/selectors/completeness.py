"""Proving to a person that these are all the entries about her, in the scope of one tenant."""

from uuid import UUID

from ledger import pseudonyms
from ledger.batch import Head
from ledger.completeness import Completeness
from ledger.entry import parse_leaf
from ledger.errors import NotYetSequenced, UnknownEntry
from ledger.hashing import leaf_hash
from ledger.heads import TYPE, heads_leaf
from ledger.scope import current_tenant
from ledger.selectors.entries import search_entries
from ledger.selectors.proofs import checkpoint_note, receipt
from ledger.selectors.rows import query
from ledger.tree import inclusion_proof, root

ENDS = "SELECT subject, count, head_hash FROM ledger_subject WHERE tenant_id = %s"
# The first entry about each person from that size on: it says where her chain ended before it.
SINCE = """
SELECT DISTINCT ON (subject) subject, subject_index, leaf FROM ledger_entry
WHERE tenant_id = %s AND index >= %s AND subject IS NOT NULL ORDER BY subject, subject_index
"""
CHAIN = """
SELECT leaf FROM ledger_entry WHERE tenant_id = %s AND subject = %s AND subject_index < %s ORDER BY subject_index
"""


def completeness(
    *, subject: UUID | None = None, pseudonym: str | None = None, size: int | None = None
) -> Completeness:
    """The proof against the newest `heads` entry that a checkpoint covers, which may be an hour old.

    Names the person by her id or by what the log calls her. Raises NotYetSequenced where no `heads` entry is covered
    yet, UnknownEntry where the map of the newest one does not hold the person. `size`: by the checkpoint of that size.
    """
    name = pseudonym or (pseudonyms.find(subject) if subject else None)
    found, summed = _newest_commitment(size)
    heads = heads_at(summed)
    if name is None or name not in heads:
        raise UnknownEntry("No entry about this person stood in the log when it was last summed up.")
    lines = [leaf_hash(heads_leaf(each, heads[each])) for each in sorted(heads)]
    position = sorted(heads).index(name)
    path = inclusion_proof(
        index=position, size=len(lines), reader=lambda level, at: root(lines[at << level : (at + 1) << level])
    )
    chain = query(CHAIN, [current_tenant(), name, heads[name].length])
    leaves = tuple(bytes(leaf) for (leaf,) in chain)
    return Completeness(
        name, heads[name], position, tuple(path), leaves, receipt(found, reveal=True, size=size)
    )


def heads_at(size: int) -> dict[str, Head]:
    """Where each person's chain ended when the log had `size` entries; takes long only if that is long ago."""
    tenant = current_tenant()
    heads = {subject: Head(count, bytes(last)) for subject, count, last in query(ENDS, [tenant])}
    # Asked for second: an entry that is sequenced in between is then seen here, whether or not it was there.
    for subject, count, leaf in query(SINCE, [tenant, size]):
        before = parse_leaf(bytes(leaf)).subject_prev
        if count and before:
            heads[subject] = Head(count, before)
        else:
            heads.pop(subject, None)
    return heads


def _newest_commitment(within: int | None) -> tuple[UUID, int]:
    """The newest `heads` entry that a checkpoint covers, and the size of the log that it speaks of."""
    checkpoint_note()  # raises where there is none
    for entry in search_entries(types=[TYPE], limit=50):
        size = entry.audit.get("size")
        if within is not None and (entry.index or 0) >= within:
            continue
        if entry.state == "checkpointed" and entry.readable and isinstance(size, int):
            return entry.id, size
    raise NotYetSequenced("The log has not been summed up yet; it is once an hour. Ask again later.")
