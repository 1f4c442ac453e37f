"""Share codes as their patient sees them: which still open something, and who came by each."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from portal.patients import words
from portal.records.services import Shared


@dataclass(frozen=True)
class Code:
    """One code: `state` is offered, asked or admitted. `name`: what the one who came calls themselves."""

    state: str
    name: str
    parts: Sequence[str]
    place: str
    until: datetime
    admit_url: str
    end_url: str
    contract_url: str


def shown(found: Sequence[Shared]) -> list[Code]:
    """In words, with what can be done about each."""
    return [
        Code(
            state=each.state,
            name=each.name,
            parts=words.parts(each.categories),
            place=each.where.tenant.name,
            until=each.until,
            admit_url=reverse("patients:code_admit", args=[each.id]),
            end_url=reverse("patients:code_end", args=[each.id]),
            contract_url=reverse("patients:contract", args=[each.contract]) if each.contract else "",
        )
        for each in found
    ]


def version(found: Sequence[Shared]) -> str:
    """Tells one list from another."""
    return hashlib.sha256(repr([(str(each.id), each.state) for each in found]).encode()).hexdigest()[:16]
