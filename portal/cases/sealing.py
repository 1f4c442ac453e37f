"""What people write in a case may be clinical: sealed under the patient's key, bound to its row and column."""

from uuid import UUID

from ledger.scope import current_tenant
from ledger.vault import keyring

USE = "record"


def seal_text(person: UUID, column: str, row: UUID, text: str) -> bytes:
    """In the tenant's scope."""
    return keyring.seal(person, USE, text.encode(), _about(current_tenant(), person, column, row))


def open_text(tenant: UUID, person: UUID, column: str, row: UUID, sealed: bytes | memoryview | None) -> str:
    """The inverse; "" where nothing was written. The key was loaded before, or the tenant's scope is open."""
    if sealed is None:
        return ""
    return keyring.unseal(person, bytes(sealed), _about(tenant, person, column, row), tenant=tenant).decode()


def _about(tenant: UUID, person: UUID, column: str, row: UUID) -> dict[str, str]:
    return {"kind": f"case-{column}", "tenant": str(tenant), "subject": str(person), "id": str(row)}
