"""What goes of a person's contracts when she is erased: everything that names her beside the log."""

from ledger.registry import Erasing

KEPT = (
    "consent_sharecode",
    "consent_contract",
    "consent_contractrequest",
    "consent_emergencysession",
    "consent_epoch",
    "consent_restriction",
)
OF_CONTRACTS = ("consent_use", "consent_signingchallenge")
BESIDE = """
DELETE FROM {} AS beside USING consent_contract c
WHERE c.tenant_id = %s AND c.person = %s AND beside.contract_id = c.id
"""


def erase_consent(erasing: Erasing) -> None:
    """Contracts with their uses, requests, share codes, emergencies, limits by law."""
    for table in OF_CONTRACTS:
        erasing.cursor.execute(BESIDE.format(table), [erasing.tenant, erasing.person])
    erasing.delete(*KEPT)
