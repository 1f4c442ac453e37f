"""What the sequencer will go on from: the end of the log and the heads of its subjects."""

from ledger.audit.chain import Chain
from ledger.audit.finding import Finding
from ledger.audit.snapshot import Snapshot
from ledger.batch import NO_HEAD
from ledger.tree import Frontier

STATE = "SELECT size, last_hash, last_time, frontier FROM ledger_state WHERE tenant_id = %s"
HEADS = "SELECT subject, count, head_hash FROM ledger_subject WHERE tenant_id = %s"


def check_state(snapshot: Snapshot, chain: Chain, frontier: Frontier) -> Finding | None:
    """The stored end of the log is where the entries end."""
    states = snapshot.rows(STATE)
    size, last_hash, last_time, edge = states[0] if states else (0, chain.last_hash, None, b"")
    if size > chain.size:
        sentence = f"The log says that it has {size} entries; {chain.size} are left."
        return Finding("entries-missing", sentence, chain.size)
    if size < chain.size:
        return Finding("entry-added", "Entries stand beyond the end of the log.", size)
    stored = (bytes(last_hash), last_time, bytes(edge))
    if states and stored != (chain.last_hash, chain.last_time, frontier.to_bytes()):
        return Finding(
            "state-changed", "The stored end of the log is not that of its entries.", max(size - 1, 0)
        )
    return None


def check_heads(snapshot: Snapshot, chain: Chain) -> Finding | None:
    """The stored head of each subject's chain, as far as it was walked, is its last entry."""
    seen = 0
    for subject, count, head_hash in snapshot.stream(HEADS):
        if chain.start.size and subject not in chain.heads:
            continue
        seen += 1
        if (count, head_hash) != chain.heads.get(subject, NO_HEAD):
            return Finding("subject-head-changed", f"The chain of {subject} ends elsewhere.")
    if seen != len(chain.heads):
        return Finding("subject-head-missing", "A person's chain has no stored head.")
    return None
