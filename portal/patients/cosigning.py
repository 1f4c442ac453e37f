"""Contracts that wait for this account's second signature, in the words of who is asked for it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from consent import selectors as consent
from ledger.scope import party_scope
from portal.accounts import selectors as accounts
from portal.accounts.identity import Caller
from portal.design.shapes import Task


def waiting(caller: Caller, contract: UUID) -> Any:
    """The contract that this account is asked to sign as the second. Raises UnknownContract."""
    with party_scope(caller.user):
        return consent.contract_to_cosign(contract, cosigner=caller.user)


def waiting_for(caller: Caller) -> list[Any]:
    """What waits for this account, the oldest first."""
    with party_scope(caller.user):
        return consent.awaiting_cosigner(caller.user)


def names_for(rows: Sequence[Any]) -> dict[UUID, str]:
    """Of whoever signed these first, and of whoever holds the records."""
    return accounts.names_of({row.grantor for row in rows}, {row.tenant_id for row in rows}) if rows else {}


def tasks(rows: Sequence[Any], names: Mapping[UUID, str]) -> list[Task]:
    """These contracts as things to do."""
    return [
        Task(
            title=_("%(who)s asks you to sign, too") % {"who": names.get(row.grantor, _("Somebody"))},
            detail=_("A contract about records held by %(place)s. Without you it shares nothing.")
            % {"place": names.get(row.tenant_id, "")},
            url=reverse("patients:second", args=[row.id]),
        )
        for row in rows
    ]


def first_signer(row: Any) -> str:
    """Who signed it first, by name."""
    return accounts.names_of({row.grantor}, set()).get(row.grantor, _("Somebody"))


def is_waiting(row: Any) -> bool:
    """Whether the second signature is still due."""
    return bool(row.state == "signed" and row.ends > timezone.now())
