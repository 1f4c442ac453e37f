"""Refusals of emergency access that stand in the database, and whether their custodians let them bind.

As in `selectors`: in a tenant's scope its rows, in a party's scope those of that party at every tenant.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from uuid import UUID

from django.db.models.functions import Now

from consent.fhir.adopted import EFFECT
from consent.models import Contract, EmergencyRule, State
from consent.refusals import of_emergencies
from ledger.scope import current_tenant

NOT_OVER = (State.SIGNED, State.ACTIVE, State.SUSPENDED)


def refusable_emergencies(tenants: Collection[UUID]) -> set[UUID]:
    """Those of these organisations whose emergency rule a patient's refusal stands against, in any party's scope."""
    found = EmergencyRule.objects.filter(tenant_id__in=tenants).order_by("tenant_id", "-version")
    return {one.tenant_id for one in found.distinct("tenant_id") if one.terms["refusals"]}


def refuses_emergencies(contract: Contract) -> bool:
    """Whether some clause of the contract denies and names breaking the glass or emergencies."""
    return bool(of_emergencies(contract.code_hash, contract.terms))


def refusals_here() -> list[Contract]:
    """The contracts at the open tenant that refuse emergencies and are not over, the oldest first."""
    # A Consent from elsewhere may refuse them, too, which none of its columns tells.
    found = Contract.objects.filter(
        tenant_id=current_tenant(), state__in=NOT_OVER, ends__gt=Now(), terms__effect__in=["deny", EFFECT]
    )
    return [one for one in found.order_by("proposed_at", "id") if refuses_emergencies(one)]


def giving_way(contracts: Iterable[Contract]) -> list[Contract]:
    """Those of these contracts, in any scope that reads them, that are not over and refuse emergencies in vain."""
    now = datetime.now(UTC)
    standing = [one for one in contracts if one.state in NOT_OVER and one.ends > now]
    found = [one for one in standing if refuses_emergencies(one)]
    bound = refusable_emergencies({one.tenant_id for one in found}) if found else set()
    return [one for one in found if one.tenant_id not in bound]
