"""Publications: a checkpoint in one line that can be printed in a newspaper, a court file or on a wall.

    assent.example/log/st-mary 2026-11-23 70000 3GmVIWWBgnkEN4ozoUDoJrANHLJLDp3HMyOXBbCW4kQ=
    origin                     day        size  root

What is printed cannot be taken back. Who holds the line believes nobody: no key, no witness, no clock.
"""

import re
from dataclasses import dataclass
from datetime import date

from ledger.checkpoint import Checkpoint
from ledger.encoding import base64_text, parse_base64, parse_decimal
from ledger.entry import check_origin
from ledger.errors import FormatError
from ledger.hashing import HASH_BYTES

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Publication:
    """`day` says when it was published; only the line's own whereabouts can prove that."""

    checkpoint: Checkpoint
    day: date

    def line(self) -> str:
        """Without a newline."""
        head = self.checkpoint
        return f"{head.origin} {self.day.isoformat()} {head.size} {base64_text(head.root)}"


def parse_publication(line: str) -> Publication:
    """Blanks around and between the four parts do not count: the line may come off paper."""
    parts = line.split()
    if len(parts) != 4:
        raise FormatError("A publication is one line: origin, day, size and root.")
    origin, day, size, root = parts
    check_origin(origin)
    try:
        when = date.fromisoformat(day) if _DAY.fullmatch(day) else None
    except ValueError:
        when = None
    if when is None:
        raise FormatError("The day in a publication reads 2026-11-23.")
    checkpoint = Checkpoint(
        origin=origin,
        size=parse_decimal(size, what="size in the publication"),
        root=parse_base64(root, what="root in the publication", length=HASH_BYTES),
    )
    if checkpoint.size == 0:
        raise FormatError("A publication of an empty log proves nothing.")
    return Publication(checkpoint, when)
