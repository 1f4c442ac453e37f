"""The `heads` entries: was each person's chain, at the size that the entry names, where the entry says?"""

from typing import NamedTuple

from ledger.audit.chain import Chain
from ledger.audit.finding import Finding
from ledger.audit.snapshot import Snapshot
from ledger.bodies import Clear, open_audit
from ledger.errors import FormatError, SealError, UnknownKey
from ledger.heads import TYPE, heads_root

ENTRIES = """
SELECT index, submission_id, type, actor, subject, body FROM ledger_entry
WHERE tenant_id = %s AND type = %s ORDER BY index
"""


class Claim(NamedTuple):
    """What the entry at `place` says of the log at `size`; or the fault that it says nothing believable."""

    size: int
    place: int
    root: str
    subjects: int
    fault: Finding | None = None


class Heads:
    """All claims in the order of their sizes."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._claims = sorted(_claim(snapshot, *row) for row in snapshot.rows(ENTRIES, TYPE))
        self._next = 0

    @property
    def sizes(self) -> list[int]:
        """Where the walk has to stop and compare."""
        return [claim.size for claim in self._claims]

    def leave_out(self) -> None:
        """Compare none: a walk that starts in the middle does not know all chains."""
        self._claims = []

    def compare(self, chain: Chain) -> Finding | None:
        """Compare the chains with every claim of the size that the walk has reached."""
        while self._next < len(self._claims) and self._claims[self._next].size <= chain.size:
            claim = self._claims[self._next]
            self._next += 1
            if claim.fault:
                return claim.fault
            if (claim.subjects, claim.root) != (len(chain.heads), heads_root(chain.heads).hex()):
                sentence = f"The chains of persons at {claim.size} entries are not those that it commits to."
                return Finding("heads-differ", sentence, claim.place)
        return None


def _claim(snapshot: Snapshot, place: int, submission: object, *rest: object) -> Claim:
    *clear, body = rest
    try:
        said = open_audit(Clear(snapshot.tenant, submission, *clear), bytes(body))  # type: ignore[arg-type, call-overload]
    except UnknownKey:
        return _fault(place, "key-missing", "The key that opens the body is not in the vault.")
    except (SealError, FormatError):
        return _fault(place, "seal-broken", "The body does not open beside the clear values.")
    match said:
        case {"size": int(size), "root": str(root), "subjects": int(subjects)} if 0 <= size <= place:
            return Claim(size, place, root, subjects)
    return _fault(place, "heads-differ", "The entry does not say what chains it commits to.")


def _fault(place: int, kind: str, sentence: str) -> Claim:
    """Told when the walk has passed the entry itself, whose own change would say more."""
    return Claim(place + 1, place, "", 0, Finding(kind, sentence, place))
