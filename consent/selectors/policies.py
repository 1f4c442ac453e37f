"""What the open tenant lets happen without a contract, and in an emergency."""

from consent.base_variants import DEFAULT
from consent.emergency_rule import DEFAULT as DEFAULT_RULE
from consent.emergency_rule import Rule
from consent.emergency_rule import from_json as rule_from_json
from consent.models import BasePolicy, EmergencyRule
from ledger.scope import current_tenant


def base_policy() -> tuple[int, str]:
    """Version and variant of the open tenant's base policy; version 0 is the default that nobody has set."""
    newest = BasePolicy.objects.filter(tenant_id=current_tenant()).order_by("-version").first()
    return (newest.version, newest.variant) if newest else (0, DEFAULT)


def emergency_rule() -> tuple[int, Rule]:
    """Version and terms of the open tenant's emergency rule; version 0 is the default that nobody has set."""
    newest = EmergencyRule.objects.filter(tenant_id=current_tenant()).order_by("-version").first()
    return (newest.version, rule_from_json(newest.terms)) if newest else (0, DEFAULT_RULE)
