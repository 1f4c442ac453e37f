"""What a tenant lets happen without a contract: nothing, unless it chooses otherwise. Versioned and on the ledger."""

from uuid import UUID

from consent.base_variants import code_of
from consent.models import BasePolicy
from consent.services.order import BASE_POLICY, clock
from ledger.scope import current_tenant, lock
from ledger.services import append


def set_base_policy(*, variant: str, actor: UUID) -> BasePolicy:
    """Put a base policy in force: `deny`, `opt-out-treatment` or `opt-out-care`. The same one again changes nothing.

    The caller has checked that the actor administers the tenant. Raises UnknownBasePolicy.
    """
    tenant, code = current_tenant(), code_of(variant)
    lock(BASE_POLICY, tenant, exclusive=True)
    before = BasePolicy.objects.filter(tenant_id=tenant).order_by("-version").first()
    if before is not None and before.code_hash == code.hash:
        return before
    policy = BasePolicy.objects.create(
        tenant_id=tenant,
        version=before.version + 1 if before else 1,
        variant=variant,
        cedar=code.cedar,
        code_hash=code.hash,
        set_at=clock(),
        set_by=actor,
    )
    audit = {
        "policy": "base",
        "variant": variant,
        "version": policy.version,
        "code_hash": code.hash,
        "before": before.code_hash if before else None,
    }
    append(type="policy.changed", actor=actor, subject=None, audit=audit, inputs={"cedar": code.cedar})
    return policy
