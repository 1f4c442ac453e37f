"""What the timestamps in an evidence archive say, to someone who trusts the roots of some authorities."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cryptography import x509

from ledger.errors import LedgerError
from ledger.evidence.anchors import Anchor
from ledger.timestamp import check_timestamp


class Dated(NamedTuple):
    """One timestamp; `holds` is False where it does not, or where nothing can be said of it."""

    sentence: str
    holds: bool


def dated(anchors: Sequence[Anchor], roots: Sequence[x509.Certificate]) -> Iterator[Dated]:
    for anchor in anchors:
        checkpoint = anchor.trusted.checkpoint
        for answer in anchor.timestamps:
            try:
                time = check_timestamp(answer, checkpoint.text().encode(), roots)
            except LedgerError as error:
                yield Dated(f"of {checkpoint.size} entries, not believed. {error}", holds=False)
                continue
            said = f"an authority below the given roots saw the checkpoint of {checkpoint.size} entries"
            yield Dated(f"{time:%Y-%m-%d %H:%M:%S} UTC, {said}.", holds=True)
