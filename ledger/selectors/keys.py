"""The keys of the log of the tenant in scope, those that seal, and what holds the log from outside. No secrets.

Of private keys only their public halves are read, and of sealing keys only how many there are and since when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from ledger.cosignature import ML_DSA_44
from ledger.notekeys import ED25519
from ledger.scope import current_tenant
from ledger.selectors.rows import query

# Newest first. The key that the log was opened with stands in the log's own row.
SIGNING = f"""
SELECT id, kind, vkey, announced IS NOT NULL, overlap_until, first_size FROM ledger_signing_key WHERE tenant_id = %(t)s
UNION ALL SELECT NULL, {ED25519}, vkey, false, NULL, 0 FROM ledger_log WHERE tenant_id = %(t)s
ORDER BY id DESC NULLS LAST
"""  # noqa: S608 - a constant
SEALING = """
SELECT (SELECT id FROM ledger_key WHERE tenant_id = %(t)s AND owner = %(t)s AND use = 'tenant'),
  (SELECT count(*) FROM ledger_key WHERE tenant_id = %(t)s AND use LIKE 'tenant.%%'),
  (SELECT count(*) FROM ledger_key WHERE tenant_id = %(t)s AND use <> 'tenant' AND use NOT LIKE 'tenant.%%'),
  (SELECT count(*) FROM ledger_erasure WHERE tenant_id = %(t)s AND erased),
  (SELECT count(*) FROM ledger_erasure WHERE tenant_id = %(t)s AND NOT erased),
  ARRAY(SELECT code FROM ledger_hold WHERE tenant_id = %(t)s AND released IS NULL ORDER BY placed, id),
  ARRAY(SELECT placed FROM ledger_hold WHERE tenant_id = %(t)s AND released IS NULL ORDER BY placed, id)
"""
OUTSIDE = """
SELECT 'publication', '', max(size), max(time) FROM ledger_publication WHERE tenant_id = %(t)s HAVING count(*) > 0
UNION ALL
SELECT 'timestamp', authority, max(size), max(time) FROM ledger_timestamp WHERE tenant_id = %(t)s GROUP BY authority
ORDER BY 1, 2
"""
NAMES = {ED25519: "Ed25519", ML_DSA_44: "ML-DSA-44"}

State = Literal["signs", "waits", "beside", "retired"]


class SigningKey(NamedTuple):
    """A key of the log by its public half. `state`: it signs checkpoints; waits for the entry that announces it; signs
    beside its successor until `until`; or signs no more. `since`: entries in the first checkpoint that it signed."""

    kind: str
    vkey: str
    state: State
    since: int | None
    until: datetime | None


class Standing(NamedTuple):
    """A legal hold that stands: whose is not said."""

    code: str
    placed: datetime


class Outside(NamedTuple):
    """The newest publication, or the newest timestamp of an authority: how many entries it covers."""

    kind: Literal["publication", "timestamp"]
    authority: str
    size: int
    time: datetime


@dataclass(frozen=True, slots=True)
class Keys:
    """`signing`: of each kind, newest first. `since`: when the tenant's sealing key was made, None before anything was
    sealed; `retired`: how many of such keys only open; `wrapped`: how many keys are under them. Of erased persons those
    whose keys are `destroyed` are counted, and those for whom that is only `begun`."""

    signing: Sequence[SigningKey]
    since: datetime | None
    retired: int
    wrapped: int
    destroyed: int
    begun: int
    holds: Sequence[Standing]
    outside: Sequence[Outside]


def keys() -> Keys:
    tenant = current_tenant()
    ((sealing, retired, wrapped, destroyed, begun, codes, placed),) = query(SEALING, {"t": tenant})
    return Keys(
        signing=_states(query(SIGNING, {"t": tenant})),
        since=_made(sealing) if sealing else None,
        retired=retired,
        wrapped=wrapped,
        destroyed=destroyed,
        begun=begun,
        holds=[Standing(*each) for each in zip(codes, placed, strict=True)],
        outside=[Outside(*row) for row in query(OUTSIDE, {"t": tenant})],
    )


def _states(rows: Sequence[tuple[Any, ...]]) -> list[SigningKey]:
    """Until when a key signs is said by the one that followed it."""
    now, found = datetime.now(UTC), list[SigningKey]()
    for kind, name in NAMES.items():
        ends: datetime | None = None  # of the overlap with the one before, said by the last key seen
        last = True
        for _, _, vkey, announced, overlap_until, since in (row for row in rows if row[1] == kind):
            if announced and since is None:
                found.append(SigningKey(name, vkey, "waits", None, None))
                continue
            state: State = "signs" if last else "beside" if ends and ends > now else "retired"
            found.append(SigningKey(name, vkey, state, since, ends if state == "beside" else None))
            ends, last = overlap_until, False
    return found


def _made(key: UUID) -> datetime:
    """A UUID7 begins with the millisecond in which it was drawn (RFC 9562 section 5.7)."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, UTC)
