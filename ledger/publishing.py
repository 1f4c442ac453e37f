"""Publishing checkpoints of the log of the tenant in scope, and finding those that were."""

from datetime import UTC, datetime

from django.db import connection

from ledger.checkpoint import read_checkpoint
from ledger.errors import NotYetSequenced, UnknownSize
from ledger.publication import Publication
from ledger.scope import current_tenant
from ledger.selectors.rows import query

NEWEST = "SELECT max(size) FROM ledger_checkpoint WHERE tenant_id = %s"
PUBLISH = """
INSERT INTO ledger_publication (tenant_id, size, time) SELECT tenant_id, size, %s FROM ledger_checkpoint
WHERE tenant_id = %s AND size = %s ON CONFLICT (tenant_id, size) DO NOTHING
"""
PUBLISHED = """
SELECT c.note, p.time FROM ledger_publication p JOIN ledger_checkpoint c USING (tenant_id, size)
WHERE tenant_id = %s
"""


def publish_checkpoint(*, size: int | None = None) -> Publication:
    """Publish the newest checkpoint, or the one of `size`; again is no other publication. Raises UnknownSize."""
    tenant = current_tenant()
    if size is None:
        ((size,),) = query(NEWEST, [tenant])
    if size is None:
        raise NotYetSequenced("The log has no checkpoint yet that could be published.")
    with connection.cursor() as cursor:
        cursor.execute(PUBLISH, [datetime.now(UTC), tenant, size])
    return publication(size)


def publications(*, limit: int = 1000) -> list[Publication]:
    """Newest first."""
    return [
        _publication(*row)
        for row in query(f"{PUBLISHED} ORDER BY size DESC LIMIT %s", [current_tenant(), limit])
    ]


def publication(size: int) -> Publication:
    """Raises UnknownSize if no checkpoint of that size was published so."""
    rows = query(f"{PUBLISHED} AND size = %s", [current_tenant(), size])
    if not rows:
        raise UnknownSize(f"The log has no checkpoint of {size} entries that was published for print.")
    return _publication(*rows[0])


def _publication(note: object, time: datetime) -> Publication:
    return Publication(read_checkpoint(bytes(note)), time.astimezone(UTC).date())  # type: ignore[call-overload]
