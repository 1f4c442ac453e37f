"""What goes of a patient's applications when she is erased: the contracts they stand on go, so none is connected."""

from ledger.registry import Erasing

CONNECTIONS = """
UPDATE smart_connection SET ended = COALESCE(ended, now()), person_id = NULL, contract = NULL
WHERE tenant_id = %s AND person_id = %s
"""


def erase_connections(erasing: Erasing) -> None:
    """End what she connected here, and launches that were about her."""
    erasing.delete("smart_launch", column="person_id")
    erasing.cursor.execute(CONNECTIONS, [erasing.tenant, erasing.person])
