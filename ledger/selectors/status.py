"""The directory of this node's logs, and how each of them is doing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.errors import UnknownLog
from ledger.hashing import EMPTY_ROOT
from ledger.scope import current_tenant
from ledger.selectors.rows import query

# A key that followed by rotation counts from its first signature on.
DIRECTORY = """
SELECT tenant_id, name, origin,
  COALESCE((SELECT vkey FROM ledger_signing_key k WHERE k.tenant_id = l.tenant_id AND kind = 1
    AND first_size IS NOT NULL ORDER BY id DESC LIMIT 1), vkey),
  COALESCE((SELECT vkey FROM ledger_signing_key k WHERE k.tenant_id = l.tenant_id AND kind = 6
    AND first_size IS NOT NULL ORDER BY id DESC LIMIT 1), ''),
  promise_vkey, read_only, alarm
FROM ledger_log l
"""
STATE = """
SELECT COALESCE(c.size, 0), c.root, c.time, COALESCE(s.size, 0), w.count, COALESCE(w.oldest, 0)
FROM (SELECT count(*), extract(epoch FROM clock_timestamp() - min(time)) AS oldest
  FROM ledger_submission WHERE tenant_id = %(tenant)s) w
LEFT JOIN ledger_state s ON s.tenant_id = %(tenant)s
LEFT JOIN LATERAL (
  SELECT size, root, time FROM ledger_checkpoint WHERE tenant_id = %(tenant)s ORDER BY size DESC LIMIT 1) c ON true
"""


@dataclass(frozen=True, slots=True)
class LogName:
    """A log as it is published. `alarm` is the code of what is wrong, or empty.

    `vkey` is the Ed25519 key that signs now, `ml_dsa_vkey` the one beside it, empty before its first signature.
    """

    tenant_id: UUID
    name: str
    origin: str
    vkey: str
    ml_dsa_vkey: str
    promise_vkey: str
    read_only: bool
    alarm: str


@dataclass(frozen=True, slots=True)
class LogStatus:
    """`size`, `root` and `checkpoint_time` are those of the newest checkpoint; `entries` may be ahead of it.

    `backlog` counts submissions that wait for their index, `oldest_seconds` is how long the first has waited.
    """

    log: LogName
    size: int
    root: bytes
    checkpoint_time: datetime | None
    entries: int
    backlog: int
    oldest_seconds: float

    @property
    def origin(self) -> str:
        return self.log.origin

    @property
    def vkey(self) -> str:
        return self.log.vkey


def logs() -> list[LogName]:
    """Every log of this node; needs no scope."""
    return [LogName(*row) for row in query(f"{DIRECTORY} ORDER BY name", [])]


def log_named(name: str) -> LogName:
    """A log by the name in its address; needs no scope. Raises UnknownLog."""
    rows = query(f"{DIRECTORY} WHERE name = %s", [name])
    if not rows:
        raise UnknownLog("This node has no log of that name.")
    return LogName(*rows[0])


def log_status() -> LogStatus:
    """The log of the tenant in scope. Raises UnknownLog."""
    tenant = current_tenant()
    names = query(f"{DIRECTORY} WHERE tenant_id = %s", [tenant])
    if not names:
        raise UnknownLog("This organisation has no log.")
    ((size, root, time, entries, backlog, oldest),) = query(STATE, {"tenant": tenant})
    return LogStatus(
        log=LogName(*names[0]),
        size=size,
        root=bytes(root) if size else EMPTY_ROOT,
        checkpoint_time=time,
        entries=entries,
        backlog=backlog,
        oldest_seconds=float(oldest),
    )
