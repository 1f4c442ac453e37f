"""The map from submissions to entries: it is what keeps a repeated submission from standing twice."""

from collections.abc import Sequence

from ledger.audit.finding import Finding
from ledger.audit.snapshot import Row, Snapshot

COUNT = "SELECT count(*) FROM ledger_sequenced WHERE tenant_id = %s"


def check_mapping(rows: Sequence[Row], digests: Sequence[bytes]) -> Finding | None:
    """Each entry's submission maps to it. `digests` are those of the bodies, as computed here."""
    if [row.mapped for row in rows] == digests:
        return None
    for row, digest in zip(rows, digests, strict=True):
        if row.mapped != digest:
            sentence = "The submission that became this entry is not recorded so."
            return Finding("submission-map", sentence, row.index)
    return None


def check_nothing_else(snapshot: Snapshot, size: int) -> Finding | None:
    """The map holds as many submissions as the log has entries."""
    ((mapped,),) = snapshot.rows(COUNT)
    if mapped != size:
        sentence = f"{mapped} submissions are recorded as sequenced; the log has {size} entries."
        return Finding("submission-map", sentence, size)
    return None
