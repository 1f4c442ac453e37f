"""What goes of a patient's applications when she is erased: the contracts they stand on go, so none is connected."""

from ledger.registry import Erasing

LAUNCHES = "DELETE FROM smart_launch WHERE tenant_id = %s AND person_id = %s"
CONNECTIONS = """
UPDATE smart_connection SET ended = COALESCE(ended, now()), person_id = NULL, contract = NULL
WHERE tenant_id = %s AND person_id = %s
"""


def erase_connections(erasing: Erasing) -> None:
    """End what she connected here, and launches that were about her."""
    for statement in (LAUNCHES, CONNECTIONS):
        erasing.cursor.execute(statement, [erasing.tenant, erasing.person])
