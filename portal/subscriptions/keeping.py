"""What a subscriber wrote beside its subscription: headers hold secrets, a reason may be clinical. Sealed."""

import json
from typing import Any
from uuid import UUID

from ledger.scope import current_tenant
from ledger.vault import keyring
from portal.subscriptions.models import Subscription

USE = "subscription"


def seal(person: UUID, row: UUID, *, reason: str, headers: list[str]) -> bytes:
    """In the tenant's scope."""
    text = json.dumps({"reason": reason, "headers": headers}).encode()
    return keyring.seal(person, USE, text, _about(person, row))


def opened(row: Subscription) -> dict[str, Any]:
    """`reason` and `headers`, in the tenant's scope."""
    text = keyring.unseal(row.person, bytes(row.sealed), _about(row.person, row.id))
    found: dict[str, Any] = json.loads(text)
    return found


def _about(person: UUID, row: UUID) -> dict[str, object]:
    tenant = str(current_tenant())
    return {"v": 1, "kind": "subscription", "tenant": tenant, "person": str(person), "id": str(row)}
