"""Who was erased, as far as the log itself says so.

Nothing leads from who was erased to her entries any more, so that the two are compared by their number, and by what she
still has: whoever has a name or a key here was not erased.
"""

from uuid import UUID

from ledger.scope import current_tenant
from ledger.selectors.rows import query

# One that waits for its index has destroyed the keys already.
LOGGED = """
SELECT subject, time FROM ledger_entry
WHERE tenant_id = %(tenant)s AND type = 'subject.erased' AND subject IS NOT NULL
UNION ALL SELECT subject, NULL FROM ledger_submission
WHERE tenant_id = %(tenant)s AND type = 'subject.erased' AND subject IS NOT NULL AND NOT conflict
"""
TOLD = f"(SELECT count(DISTINCT subject) FROM ({LOGGED}) told)"  # noqa: S608 - put together from constants

LEFT = """
(EXISTS (SELECT FROM ledger_pseudonym p WHERE p.tenant_id = e.tenant_id AND p.party = e.party)
 OR EXISTS (SELECT FROM ledger_key k WHERE k.tenant_id = e.tenant_id AND k.owner = e.party))
"""

# A row alone excuses nothing: there are no more of them than the log tells of.
PARTIES = f"""
SELECT e.party FROM ledger_erasure e WHERE e.tenant_id = %(tenant)s AND e.erased AND NOT {LEFT}
AND (SELECT count(*) FROM ledger_erasure c WHERE c.tenant_id = %(tenant)s AND c.erased) <= {TOLD}
"""  # noqa: S608 - put together from constants


def erased_parties() -> frozenset[UUID]:
    """The persons whom this tenant's log says to be erased: what is stored about them cannot be held to account."""
    return frozenset(party for (party,) in query(PARTIES, {"tenant": current_tenant()}))
