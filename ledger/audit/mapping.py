"""The map from submissions to entries: it is what keeps a repeated submission from standing twice."""

from collections.abc import Sequence

from ledger.audit.finding import Finding
from ledger.audit.snapshot import Row, Snapshot

COUNT = "SELECT count(*) FROM ledger_sequenced WHERE tenant_id = %s"


class Mapping:
    """Each entry's submission maps to it, and the map holds nothing else."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def take(self, rows: Sequence[Row], digests: Sequence[bytes]) -> Finding | None:
        """`digests` are those of the bodies, as computed here."""
        for row, digest in zip(rows, digests, strict=True):
            if row.mapped != digest:
                sentence = "The submission that became this entry is not recorded so."
                return Finding("submission-map", sentence, row.index)
        return None

    def end(self, size: int) -> Finding | None:
        ((mapped,),) = self._snapshot.rows(COUNT)
        if mapped != size:
            sentence = f"{mapped} submissions are recorded as sequenced; the log has {size} entries."
            return Finding("submission-map", sentence, size)
        return None
