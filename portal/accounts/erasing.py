"""What goes of a patient when she is erased: that she is one of this organisation. Her account is her own and stays."""

from ledger.registry import Erasing


def erase_registration(erasing: Erasing) -> None:
    """Her record number and FHIR Patient here."""
    erasing.cursor.execute(
        "DELETE FROM accounts_registration WHERE tenant_id = %s AND person_id = %s",
        [erasing.tenant, erasing.person],
    )
