"""Contracts that let somebody decide about the sharing of others, and what they granted by them."""

from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from consent import vocabulary
from consent.errors import UnknownContract
from consent.models import Contract, State
from consent.selectors.contracts import in_force
from ledger.scope import current_tenant


def delegations_to(delegate: UUID) -> list[Contract]:
    """The contracts in force that let somebody decide about the sharing of others, in the delegate's own scope."""
    return list(_delegations(in_force()).filter(grantee=delegate).order_by("tenant_id", "-ends", "id"))


def delegations_here() -> list[Contract]:
    """Those over records that the open tenant keeps, which hold or rest; the newest first."""
    standing = Contract.objects.filter(
        tenant_id=current_tenant(), state__in=[State.ACTIVE, State.SUSPENDED], ends__gt=Now()
    )
    return list(_delegations(standing).order_by("-proposed_at", "id"))


def granted_by_delegate(delegate: UUID, *, person: UUID) -> list[Contract]:
    """What this delegate granted for the person, newest first, in the tenant's scope."""
    found = Contract.objects.filter(tenant_id=current_tenant(), person=person, grantor=delegate)
    return list(found.exclude(state=State.PROPOSED).order_by("-proposed_at", "-id"))


def contract_by_delegate(id: UUID, *, delegate: UUID, person: UUID) -> Contract:  # noqa: A002
    """One that this delegate granted or proposed for the person, in the tenant's scope. Raises UnknownContract."""
    found = Contract.objects.filter(
        tenant_id=current_tenant(), id=id, person=person, grantor=delegate
    ).first()
    if found is None:
        raise UnknownContract("You granted no such contract for them.")
    return found


def _delegations(found: QuerySet[Contract]) -> QuerySet[Contract]:
    return found.filter(
        grantee_kind="person", terms__effect="permit", terms__actions__contains=[vocabulary.DELEGATED]
    )
