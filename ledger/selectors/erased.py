"""Who was erased, as far as the log itself says so."""

from uuid import UUID

from ledger.scope import current_tenant
from ledger.selectors.rows import query

# A row alone excuses nothing: the entry must stand in the log, about this pseudonym, or wait for its index.
STANDS = """
    EXISTS (SELECT FROM ledger_sequenced s JOIN ledger_entry l ON l.tenant_id = s.tenant_id AND l.index = s.index
            WHERE s.tenant_id = e.tenant_id AND s.submission_id = e.entry
              AND l.type = 'subject.erased' AND l.subject = e.pseudonym)
    OR EXISTS (SELECT FROM ledger_submission w WHERE w.tenant_id = e.tenant_id AND w.id = e.entry
               AND w.type = 'subject.erased' AND w.subject = e.pseudonym)
"""

# Whoever still has a name in the log can be held to account, erased or not.
PARTIES = f"""
SELECT e.party FROM ledger_erasure e WHERE e.tenant_id = %(tenant)s AND ({STANDS})
AND NOT EXISTS (SELECT FROM ledger_pseudonym p WHERE p.tenant_id = e.tenant_id AND p.party = e.party)
"""  # noqa: S608 - put together from constants


def erased_parties() -> frozenset[UUID]:
    """The persons whom this tenant's log says to be erased: what is stored about them cannot be held to account."""
    return frozenset(party for (party,) in query(PARTIES, {"tenant": current_tenant()}))
