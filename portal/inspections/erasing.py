"""What goes of evidence archives when a person is erased: all of the organisation's, for each may tell of her."""

from ledger.registry import Erasing


def erase_archives(erasing: Erasing) -> None:
    """What was made, and the wish for one about her alone; what is in the making is of no use any more."""
    erasing.cursor.execute("DELETE FROM auditors_archivepiece WHERE tenant_id = %s", [erasing.tenant])
    erasing.delete("auditors_archive")
