"""The witnesses that the log of the tenant in scope asks to cosign, and how far each of them is."""

from dataclasses import dataclass
from datetime import datetime

from ledger.scope import current_tenant
from ledger.selectors.rows import query

LIST = """
SELECT name, url, vkey, size, cosigned, error FROM ledger_log_witness
WHERE tenant_id = %s AND active ORDER BY name
"""
QUORUM = "SELECT quorum FROM ledger_log WHERE tenant_id = %s"


@dataclass(frozen=True, slots=True)
class AskedWitness:
    """`size` and `cosigned`: of the newest checkpoint that it cosigned. `error`: why the last try failed, or empty."""

    name: str
    url: str
    vkey: str
    size: int
    cosigned: datetime | None
    error: str


def witnesses() -> list[AskedWitness]:
    return [AskedWitness(*row) for row in query(LIST, [current_tenant()])]


def quorum() -> int:
    """How many must cosign a checkpoint before receipts are made against it; 0: none is waited for."""
    count: int = query(QUORUM, [current_tenant()])[0][0]
    return count
