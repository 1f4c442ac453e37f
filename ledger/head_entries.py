"""Entries of type `heads`: written on demand, and once an hour while a log grows."""

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import DatabaseError

from ledger import pseudonyms
from ledger.batch import Head
from ledger.errors import LedgerError
from ledger.heads import TYPE, heads_root
from ledger.promise import SignedPromise
from ledger.scope import current_tenant, tenant_scope
from ledger.selectors import logs, search_entries, waiting_entries
from ledger.selectors.rows import query
from ledger.services import append

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)

# One statement, and so one moment: the map is that of the log at exactly this size.
HEADS = """
SELECT s.size, h.subject, h.count, h.head_hash
FROM ledger_state s LEFT JOIN ledger_subject h USING (tenant_id) WHERE tenant_id = %s
"""
LATER = "SELECT EXISTS (SELECT FROM ledger_entry WHERE tenant_id = %s AND subject = %s AND index >= %s)"
ENDS = """
SELECT first.time, last.type FROM ledger_state s
JOIN ledger_entry first ON first.tenant_id = s.tenant_id AND first.index = 0
JOIN ledger_entry last ON last.tenant_id = s.tenant_id AND last.index = s.size - 1
WHERE s.tenant_id = %s
"""


def append_heads() -> SignedPromise:
    """Commit the log of the tenant in scope to where every person's chain ends now."""
    rows = query(HEADS, [current_tenant()])
    heads = {subject: Head(count, bytes(last)) for _, subject, count, last in rows if subject}
    size = rows[0][0] if rows else 0
    audit = {"size": size, "subjects": len(heads), "root": heads_root(heads).hex()}
    return append(type=TYPE, actor=None, subject=None, audit=audit)


def append_heads_for(subject: UUID) -> UUID:
    """The `heads` entry that commits to where this person's chain ends now, before a proof that it is all of it.

    A new one only if there is none since the person's last entry, so that asking again and again writes nothing.
    """
    name = pseudonyms.find(subject)
    for newest in [*waiting_entries(types=[TYPE], limit=1), *search_entries(types=[TYPE], limit=1)]:
        if (
            newest.index is None
            or not query(LATER, [current_tenant(), name, newest.audit.get("size", 0)])[0][0]
        ):
            return newest.id
    return append_heads().promise.id


def append_due_heads(*, now: datetime | None = None) -> int:
    """Write the entry for each log that is due one. Returns how many; a log that fails does not stop the others."""
    written = 0
    for log in logs():
        try:
            written += _append_if_due(log.tenant_id, now or datetime.now(UTC))
        except (DatabaseError, LedgerError) as error:
            logger.warning("no heads entry for the log of %s: %s", log.tenant_id, type(error).__name__)
    return written


def _append_if_due(tenant: UUID, now: datetime) -> bool:
    with tenant_scope(tenant):
        ends = query(ENDS, [tenant])
        # A log whose newest entry commits to all before it has nothing new to commit to.
        if not ends or ends[0][1] == TYPE or now - ends[0][0] < EVERY:
            return False
        if search_entries(types=[TYPE], since=now - EVERY, limit=1):
            return False
        append_heads()
    return True
