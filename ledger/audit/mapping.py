"""The map from submissions to entries: it is what keeps a repeated submission from standing twice."""

from collections.abc import Sequence

from ledger.audit.finding import Finding
from ledger.audit.snapshot import Row, Snapshot
from ledger.hashing import sha256

PLACES = """
SELECT submission_id, index, digest FROM ledger_sequenced WHERE tenant_id = %s AND submission_id = ANY(%s)
"""
COUNT = "SELECT count(*) FROM ledger_sequenced WHERE tenant_id = %s"


class Mapping:
    """Each entry's submission maps to it, and the map holds nothing else."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def take(self, rows: Sequence[Row]) -> Finding | None:
        stored = self._snapshot.rows(PLACES, [row.submission for row in rows])
        places = {submission: (index, bytes(digest)) for submission, index, digest in stored}
        for row in rows:
            if places.get(row.submission) != (row.index, sha256(row.body)):
                sentence = "The submission that became this entry is not recorded so."
                return Finding("submission-map", sentence, row.index)
        return None

    def end(self, size: int) -> Finding | None:
        ((mapped,),) = self._snapshot.rows(COUNT)
        if mapped != size:
            sentence = f"{mapped} submissions are recorded as sequenced; the log has {size} entries."
            return Finding("submission-map", sentence, size)
        return None
