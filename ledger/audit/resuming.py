"""Going on from a checkpoint up to which the log was verified before, instead of from its first entry.

What stands before it is believed as far as it leads to the root that was verified: the tiles at that size, the last
entry, and each person's newest entry that a later one names. Nothing else of it is looked at again.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC
from uuid import UUID

from django.conf import settings

from ledger.audit.chain import Belief, Start
from ledger.audit.finding import Finding
from ledger.audit.snapshot import Snapshot
from ledger.batch import NO_HEAD
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.errors import FormatError, ProofError, TreeBroken
from ledger.logs import Public, public_log
from ledger.note import Verifier, parse_vkey
from ledger.scope import tenant_scope
from ledger.selectors.rows import query
from ledger.signed import SignedCheckpoints
from ledger.signing_keys import known_keys
from ledger.stored_tiles import StoredTree
from ledger.tree import Frontier, check_inclusion, inclusion_proof, root_at

ENTRY = "SELECT leaf_hash, time FROM ledger_entry WHERE tenant_id = %s AND index = %s"
NEWEST = """
SELECT index, subject_index, leaf_hash FROM ledger_entry
WHERE tenant_id = %s AND subject = %s AND index < %s ORDER BY subject_index DESC LIMIT 1
"""

COVERED = """
SELECT note FROM ledger_checkpoint WHERE tenant_id = %s AND size <= %s ORDER BY size DESC LIMIT 1
"""


def last_verified(tenant: UUID) -> Checkpoint | None:
    """The checkpoint up to which this node's `verify_ledger` found the log whole; kept outside the database."""
    public, keys = _keys(tenant)
    kept = SignedCheckpoints(settings.ASSENT_VERIFIED_DIR).last(public.vkey, keys)
    return kept.checkpoint if kept else None


def keep_verified(tenant: UUID, size: int) -> None:
    """Remember that the log was found whole up to `size` entries, by the newest checkpoint that these fill."""
    public, keys = _keys(tenant)
    folder = SignedCheckpoints(settings.ASSENT_VERIFIED_DIR)
    with tenant_scope(tenant):
        rows = query(COVERED, [tenant, size])
    kept = folder.last(public.vkey, keys)
    if rows and (kept is None or open_checkpoint(bytes(rows[0][0]), keys).size > kept.checkpoint.size):
        folder.keep(public.vkey, bytes(rows[0][0]), keys)


def _keys(tenant: UUID) -> tuple[Public, Sequence[Verifier]]:
    public = public_log(tenant)
    return public, [parse_vkey(public.vkey), *known_keys(tenant)]


class Verified:
    """The log as it was when `checkpoint` was verified. Raises TreeBroken if its tree is not there any more."""

    def __init__(self, snapshot: Snapshot, checkpoint: Checkpoint) -> None:
        self._snapshot, self.checkpoint = snapshot, checkpoint
        self.tree = StoredTree(query, snapshot.tenant, checkpoint.size)
        self.frontier = Frontier.at(checkpoint.size, self.tree)
        if self.frontier.root() != checkpoint.root:
            raise TreeBroken("The tree is not the one that was verified before.")

    def start(self) -> Start:
        """Where the chain goes on. Raises TreeBroken if the last entry is not in the verified tree."""
        size = self.checkpoint.size
        if not size:
            return Start()
        ((digest, time),) = self._snapshot.rows(ENTRY, size - 1) or [(b"", None)]
        if not self._holds(bytes(digest), size - 1):
            raise TreeBroken("The last entry is not the one that was verified before.")
        return Start(size, bytes(digest), time.astimezone(UTC))

    def contradicts(self, size: int, root: bytes) -> bool:
        """Whether a smaller tree that was signed is not part of this one."""
        return root_at(size, self.tree) != root

    def recall(self, believed: Mapping[str, Belief]) -> Finding | None:
        """Hold what the new entries say of persons' chains before them against the verified tree."""
        for subject, belief in believed.items():
            rows = self._snapshot.rows(NEWEST, subject, self.checkpoint.size)
            if not rows:
                holds = belief.head == NO_HEAD
            else:
                index, place, digest = rows[0]
                named = (belief.head.length, belief.head.hash) == (place + 1, bytes(digest))
                holds = named and self._holds(bytes(digest), index)
            if not holds:
                sentence = "The chain of the person does not lead here."
                return Finding("subject-chain-broken", sentence, belief.index)
        return None

    def _holds(self, digest: bytes, index: int) -> bool:
        size, root = self.checkpoint.size, self.checkpoint.root
        try:
            proof = inclusion_proof(index=index, size=size, reader=self.tree)
            check_inclusion(leaf=digest, index=index, size=size, proof=proof, root=root)
        except (FormatError, ProofError):
            return False
        return True
