"""What a log was given, whether or not the sequencer has taken it yet."""

from uuid import UUID

from django.db import connection

from ledger import selectors
from ledger.scope import tenant_scope
from ledger.selectors import Entry

ASKED = """
SELECT id FROM ledger_submission WHERE tenant_id = %(tenant)s AND type = %(type)s
UNION SELECT submission_id FROM ledger_entry WHERE tenant_id = %(tenant)s AND type = %(type)s ORDER BY 1
"""


def entries_of_type(tenant: UUID, kind: str) -> list[Entry]:
    """The entries of this type in an organisation's log, oldest first, opened as its auditor would read them."""
    with tenant_scope(tenant):
        with connection.cursor() as cursor:
            cursor.execute(ASKED, {"tenant": tenant, "type": kind})
            ids = [row[0] for row in cursor.fetchall()]
        return [selectors.entry(each) for each in ids]


def name_in(tenant: UUID, party: UUID) -> str:
    """What that log calls somebody."""
    with tenant_scope(tenant):
        return selectors.pseudonym_of(party)
