"""Free text that people write about a patient, sealed under her key: it may be clinical."""

from uuid import UUID

from ledger.scope import current_tenant
from ledger.vault import keyring

USE = "record"


def seal_text(person: UUID, kind: str, row: UUID, text: str) -> bytes:
    """The text of one column of one row, bound to both."""
    return keyring.seal(person, USE, text.encode(), _about(person, kind, row))


def open_text(person: UUID, kind: str, row: UUID, sealed: bytes | memoryview) -> str:
    """The inverse of `seal_text`; raises SealError if the row is not the one that was sealed."""
    return keyring.unseal(person, bytes(sealed), _about(person, kind, row)).decode()


def _about(person: UUID, kind: str, row: UUID) -> dict[str, str]:
    return {"tenant": str(current_tenant()), "subject": str(person), "kind": kind, "id": str(row)}
