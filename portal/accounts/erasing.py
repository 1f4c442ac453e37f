"""What goes of a patient when she is erased: that she is one of this organisation. Her account is her own and stays."""

from ledger.registry import Erasing


def erase_registration(erasing: Erasing) -> None:
    """Her record number and FHIR Patient here."""
    erasing.delete("accounts_registration", column="person_id")
