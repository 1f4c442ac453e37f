"""Share codes as their patient sees them: which still open something, and who came by each."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from consent import services
from ledger.scope import tenant_scope
from portal.accounts.models import Registration
from portal.patients import words


@dataclass(frozen=True)
class Shared:
    """One code: `state` is offered, asked or admitted. `name`: what the one who came calls themselves."""

    id: str
    state: str
    name: str
    parts: Sequence[str]
    place: str
    until: datetime
    admit_url: str
    end_url: str
    contract_url: str


def live(registrations: Iterable[Registration]) -> list[Shared]:
    """The codes that somebody could use or uses, at each organisation."""
    found = []
    for where in registrations:
        with tenant_scope(where.tenant_id):
            found += [_shared(row, where) for row in services.shares_of(where.person_id)]
    return found


def version(found: Sequence[Shared]) -> str:
    """Tells one list from another."""
    return hashlib.sha256(repr([(each.id, each.state) for each in found]).encode()).hexdigest()[:16]


def _shared(row: Any, where: Registration) -> Shared:
    at = {"tenant": where.tenant.slug, "share": row.id}
    contract = row.contract
    return Shared(
        id=str(row.id),
        state=str(row.state),
        name=services.viewer_name(row),
        parts=words.parts(row.categories),
        place=where.tenant.name,
        until=contract.ends if contract else row.expires,
        admit_url=reverse("patients:code_admit", kwargs=at),
        end_url=reverse("patients:code_end", kwargs=at),
        contract_url=reverse("patients:contract", args=[contract.id]) if contract else "",
    )
