"""Which kinds of signature an organisation takes: all of them, unless it refuses the weaker ones."""

from collections.abc import Collection
from uuid import UUID

from consent.errors import SignatureRefused, SignatureTooWeak
from consent.models import SignatureRule
from consent.services.order import clock
from consent.signature import KINDS
from ledger.scope import current_tenant, lock
from ledger.services import append

LOCK = "signature-rule"


def set_signature_rule(*, kinds: Collection[str], actor: UUID) -> SignatureRule | None:
    """Take signatures of these kinds from now on; contracts in force stay. The same again changes nothing.

    The caller has checked that the actor administers the tenant. None: nobody set a rule, and none was needed.
    Raises SignatureRefused for a kind that is none, or no kind at all.
    """
    tenant, taken = current_tenant(), [kind for kind in KINDS if kind in kinds]
    if not taken or len(taken) != len(set(kinds)):
        raise SignatureRefused(f"Take at least one kind of signature, of: {', '.join(KINDS)}.")
    lock(LOCK, tenant, exclusive=True)
    before = _newest(tenant)
    if taken == kinds_taken():
        return before
    rule = SignatureRule.objects.create(
        tenant_id=tenant,
        version=before.version + 1 if before else 1,
        kinds=taken,
        set_at=clock(),
        set_by=actor,
    )
    audit = {"policy": "signatures", "version": rule.version, "variant": " ".join(taken)}
    append(type="policy.changed", actor=actor, subject=None, audit=audit)
    return rule


def kinds_taken() -> list[str]:
    """The kinds that the open tenant takes, the strongest first."""
    rule = _newest(current_tenant())
    return list(KINDS) if rule is None else list(rule.kinds)


def kinds_taken_at(tenants: Collection[UUID]) -> set[str]:
    """The kinds that all of these organisations take, in any party's scope: rules may be read before one signs."""
    newest = SignatureRule.objects.filter(tenant_id__in=tenants).order_by("tenant_id", "-version")
    taken = set(KINDS)
    for rule in newest.distinct("tenant_id"):
        taken &= set(rule.kinds)
    return taken


def require_kind(kind: str) -> None:
    """Raises SignatureTooWeak where the open tenant does not take it."""
    taken = kinds_taken()
    if kind not in taken:
        how = "Sign with a passkey" if taken == ["passkey"] else f"Sign by one of: {', '.join(taken)}"
        raise SignatureTooWeak(f"This organisation does not take that kind of signature. {how}.")


def _newest(tenant: UUID) -> SignatureRule | None:
    return SignatureRule.objects.filter(tenant_id=tenant).order_by("-version").first()
