"""The commitment to all chains of subjects: one hash that says how long each person's history is, and its end.

An entry of type `heads` carries it. With it a person can be shown that no access to her record was kept from
her history: her chain must be as long as the map says, and the map is the same for everybody.
"""

from collections.abc import Mapping

from ledger.batch import Head
from ledger.hashing import leaf_hash
from ledger.tree import root

TYPE = "heads"


def heads_leaf(subject: str, head: Head) -> bytes:
    """`<pseudonym> <count> <hash of the last entry, hex>\\n`."""
    return f"{subject} {head.length} {head.hash.hex()}\n".encode()


def heads_root(heads: Mapping[str, Head]) -> bytes:
    """The root (RFC 6962 section 2.1) over the leaves of the map in the order of the pseudonyms."""
    return root(leaf_hash(heads_leaf(subject, heads[subject])) for subject in sorted(heads))
