"""How much of a log's growth everybody may watch: the public checkpoint's cadence, and padding leaves.

The sizes of public checkpoints tell when people were busy. With a cadence of C seconds everybody is shown the newest
checkpoint from before the running span of C seconds (spans begin at the epoch); auditors and witnesses get each one.
Small logs may add leaves of type `padding` in each span, a random number of them, so that a size tells little of what
happened: from one to `padding`, so that an idle span looks like a busy one.
"""

import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import DatabaseError, connection

from ledger.errors import FormatError, LedgerError, NotYetSequenced
from ledger.scope import current_tenant, tenant_scope
from ledger.selectors import logs, search_entries, waiting_entries
from ledger.selectors.proofs import SIGNED
from ledger.selectors.rows import query
from ledger.services import append
from ledger.tiles import FULL_WIDTH, Tile, tile_width
from ledger.tree import TILE_HEIGHT

logger = logging.getLogger(__name__)

TYPE = "padding"
LONGEST, MOST = 7 * 24 * 3600, 1000

SET = """
UPDATE ledger_log SET cadence = %s, padding = %s, shown = GREATEST(shown, %s) WHERE tenant_id = %s
"""
READ = "SELECT cadence, padding FROM ledger_log WHERE tenant_id = %s"
# `shown` was shown before the cadence was what it is now, and a log does not shrink.
OPEN = """
FROM ledger_checkpoint c JOIN ledger_log l USING (tenant_id) WHERE tenant_id = %s AND (
    l.cadence = 0 OR c.size <= l.shown
    OR c.time < to_timestamp(floor(extract(epoch FROM clock_timestamp()) / l.cadence) * l.cadence))
"""
PUBLIC_SIZE = f"SELECT COALESCE(max(c.size), 0) {OPEN}"
NOTE = f"{SIGNED} WHERE tenant_id = %s AND size = %s"
# The last one of a span, or of a time with another cadence: its partial tiles are what its readers need.
PUBLISHED_BETWEEN = """
SELECT EXISTS (SELECT FROM ledger_checkpoint c JOIN ledger_log l USING (tenant_id)
WHERE tenant_id = %s AND c.size >= %s AND c.size < %s AND c.size <= %s AND (
    l.cadence = 0 OR c.size <= l.shown
    OR floor(extract(epoch FROM c.time) / l.cadence) < floor(extract(epoch FROM COALESCE((
        SELECT d.time FROM ledger_checkpoint d WHERE d.tenant_id = c.tenant_id AND d.size > c.size
        ORDER BY d.size LIMIT 1), clock_timestamp())) / l.cadence)))
"""


@dataclass(frozen=True, slots=True)
class Cadence:
    """`seconds` 0: each checkpoint is public. `padding`: the most leaves that a span adds; 0 adds none."""

    seconds: int
    padding: int


def cadence() -> Cadence:
    """Of the log of the tenant in scope."""
    return Cadence(*query(READ, [current_tenant()])[0])


def set_cadence(wanted: Cadence) -> None:
    """From now on; what everybody was shown already stays shown. Raises FormatError."""
    if not 0 <= wanted.seconds <= LONGEST or not 0 <= wanted.padding <= MOST:
        raise FormatError(f"A cadence is at most a week, and a span adds at most {MOST} leaves.")
    if wanted.padding and not wanted.seconds:
        raise FormatError("Padding hides nothing where each checkpoint is public. Give a cadence, too.")
    with connection.cursor() as cursor:
        cursor.execute(SET, [wanted.seconds, wanted.padding, public_size(), current_tenant()])


def public_size() -> int:
    """Of the newest checkpoint that everybody is shown; 0 if there is none."""
    return int(query(PUBLIC_SIZE, [current_tenant()])[0][0])


def public_note() -> bytes:
    """That checkpoint, with its cosignatures. Raises NotYetSequenced."""
    rows = query(NOTE, [current_tenant(), public_size()])
    if not rows:
        raise NotYetSequenced("The log has no checkpoint yet: nothing was written, or it is being signed.")
    return bytes(rows[0][2])


def is_public(tile: Tile) -> bool:
    """Whether everybody may read a hash tile: full within the public tree, or partial at a size that was public."""
    size = public_size()
    if not 1 <= tile.width <= tile_width(tile.level, tile.index, size):
        return False
    if tile.width == FULL_WIDTH:
        return True
    shift, hashes = TILE_HEIGHT * (tile.level or 0), tile.index * FULL_WIDTH + tile.width
    between = [current_tenant(), hashes << shift, (hashes + 1) << shift, size]
    return bool(query(PUBLISHED_BETWEEN, between)[0][0])


def append_due_padding(*, now: datetime | None = None) -> int:
    """Padding for each log that has none yet in the running span. A log that fails does not stop the others."""
    written = 0
    for log in logs():
        try:
            with tenant_scope(log.tenant_id):
                written += _pad(now or datetime.now(UTC))
        except (DatabaseError, LedgerError) as error:
            logger.warning("no padding for the log of %s: %s", log.tenant_id, type(error).__name__)
    return written


def _pad(now: datetime) -> int:
    set_to = cadence()
    if not set_to.padding:
        return 0
    seconds = int(now.timestamp())
    start = datetime.fromtimestamp(seconds - seconds % set_to.seconds, UTC)
    if waiting_entries(types=[TYPE], limit=1) or search_entries(types=[TYPE], since=start, limit=1):
        return 0
    count = 1 + secrets.randbelow(set_to.padding)
    for _ in range(count):
        append(type=TYPE, actor=None, subject=None, audit={})
    return count
