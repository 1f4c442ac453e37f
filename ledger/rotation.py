"""Rotating the keys that sign a log: new ones, announced by an entry, and an overlap in which both sign.

Whoever trusts the old verifier key verifies by it until the overlap ends, and receipts of before for ever. The
entry `key.rotated` is signed over by the old key, so that the history of the log says which key followed which.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ledger.cosignature import MlDsaSigner
from ledger.entry import format_time
from ledger.errors import KeyNotInForce
from ledger.note import Ed25519Signer
from ledger.promise import SignedPromise
from ledger.scope import current_tenant, lock
from ledger.selectors import log_status
from ledger.selectors.rows import query
from ledger.services import append
from ledger.signing_keys import add_key

TYPE = "key.rotated"
OVERLAP = timedelta(days=30)

PENDING = """
SELECT FROM ledger_signing_key WHERE tenant_id = %s AND announced IS NOT NULL AND first_size IS NULL
"""


@dataclass(frozen=True, slots=True)
class Rotated:
    """`retiring` and `vkeys` are verifier keys, each an Ed25519 and an ML-DSA-44 one."""

    retiring: tuple[str, ...]
    vkeys: tuple[str, ...]
    overlap_until: datetime
    promise: SignedPromise


def rotate_log_keys(*, overlap: timedelta = OVERLAP) -> Rotated:
    """Give the log of the tenant in scope new keys. They sign as soon as the entry stands in the tree.

    Raises KeyNotInForce while the keys of the last rotation have not signed yet.
    """
    tenant = current_tenant()
    lock("ledger.keys", tenant, exclusive=True)
    if query(PENDING, [tenant]):
        raise KeyNotInForce("The keys of the last rotation have not signed yet. Is the sequencer running?")
    log, until = log_status().log, datetime.now(UTC) + overlap
    new = (Ed25519Signer.generate(log.origin), MlDsaSigner.generate(log.origin))
    retiring = tuple(vkey for vkey in (log.vkey, log.ml_dsa_vkey) if vkey)
    vkeys = tuple(key.vkey for key in new)
    audit = {"retiring": list(retiring), "vkeys": list(vkeys), "overlap_until": format_time(until)}
    promise = append(type=TYPE, actor=None, subject=None, audit=audit)
    for key in new:
        add_key(tenant, key, announced=promise.promise.id, overlap_until=until)
    return Rotated(retiring, vkeys, until, promise)
